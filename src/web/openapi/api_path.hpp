#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::detail {

/// A route's pattern as a path of the document.
struct api_path {
  std::string text;                ///< "/items/{id}"
  std::string shape;               ///< the same for paths that differ in names alone
  std::vector<std::string> names;  ///< of its parameters
  bool has_wildcard = false;       ///< the last one takes the rest of the path
};

api_path api_path_of(std::string_view pattern);

/// The same with other names for its parameters. @param names  as many
api_path with_names(const api_path& path, const std::vector<std::string>& names);

/// "get_items_id", for a route without a name.
std::string operation_name(std::string_view method, std::string_view path);

}  // namespace weft::detail
