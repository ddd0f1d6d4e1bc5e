#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::detail {

enum class dot_files { refused, served };

/// The name of a file below a root that a part of a request's path stands for.
struct static_path {
  std::string name;        ///< "docs/a b.html", decoded once; empty for the root itself
  bool is_folder = false;  ///< it ends with a slash, or is empty
};

/// @param encoded  what follows the slash that ends the prefix: "docs/a%20b.html"
/// @return nullopt for what could mean another file to somebody: an empty segment, "." and ".."; a
///         slash, a backslash, NUL or a control byte behind an escape; an escape that is none; what
///         is no UTF-8; and names that begin with a dot, unless they are served
std::optional<static_path> parse_static_path(std::string_view encoded, dot_files policy);

}  // namespace weft::detail
