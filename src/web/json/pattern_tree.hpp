#pragma once

#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::detail {

/// Runs of characters, first and last; in order, none touching another.
using character_set = std::vector<std::pair<char32_t, char32_t>>;

bool has_character(const character_set& set, char32_t character) noexcept;

/// A regular expression, taken apart.
struct pattern_node {
  static constexpr unsigned unbounded = std::numeric_limits<unsigned>::max();
  enum class kind { set, sequence, choice, repeat };

  pattern_node::kind kind = kind::sequence;
  character_set set;
  std::vector<pattern_node> parts;
  unsigned least = 1;
  unsigned most = 1;
};

/// @throws std::invalid_argument  that says what is wrong, and where
pattern_node parse_expression(std::string_view expression);

}  // namespace weft::detail
