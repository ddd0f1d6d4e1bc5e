#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weft::detail {

/// One step of a template.
struct mustache_step {
  enum class type { text, escaped, raw, section, inverted, partial };

  type kind = type::text;
  std::string text{};    // or the name
  std::size_t end = 0;   // of a section: the step behind its last
  std::string indent{};  // of a partial that stands alone on its line
};

/// A template that was read: steps in order, sections by the place of their end.
using mustache = std::vector<mustache_step>;

/// @param name    for errors
/// @param indent  stands in front of each line
/// @throws std::invalid_argument  with name and line
/// @source mustache(5); https://github.com/mustache/spec, of which all but lambdas and inheritance
mustache parse_mustache(std::string_view text, std::string_view name);

/// The text of a partial that is to stand further in.
std::string indented(std::string_view text, std::string_view indent);

}  // namespace weft::detail
