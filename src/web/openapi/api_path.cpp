#include "web/openapi/api_path.hpp"

#include "web/ascii.hpp"
#include "web/route_pattern.hpp"

#include <cstddef>

namespace weft::detail {

// OpenAPI has no parameter that takes several segments, so a wildcard is written as any other; it
// has a shape of its own, since it answers other requests.
api_path api_path_of(std::string_view pattern) {
  using kind = route_pattern::piece_kind;
  api_path out;
  for (const auto& piece : parse_pattern(pattern).pieces) {
    if (piece.kind == kind::text) {
      out.text += piece.text;
      out.shape += piece.text;
      continue;
    }
    out.text += '{' + piece.text + '}';
    out.shape += piece.kind == kind::wildcard ? "{*}" : "{}";
    out.names.push_back(piece.text);
    out.has_wildcard = piece.kind == kind::wildcard;
  }
  return out;
}

api_path with_names(const api_path& path, const std::vector<std::string>& names) {
  api_path out = path;
  out.text.clear();
  std::size_t number = 0;
  for (std::size_t i = 0; i < path.text.size(); ++i) {
    if (path.text[i] != '{') {
      out.text += path.text[i];
      continue;
    }
    out.text += '{' + names[number++] + '}';
    i = path.text.find('}', i);
  }
  out.names = names;
  return out;
}

std::string operation_name(std::string_view method, std::string_view path) {
  std::string out;
  for (const char c : method) out += to_lower(c);
  bool is_empty = true;
  bool gap = true;
  for (const char c : path) {
    const bool is_plain =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_plain && gap) out += '_';
    if (is_plain) out += c;
    gap = !is_plain;
    is_empty = is_empty && !is_plain;
  }
  return is_empty ? out + "_root" : out;
}

}  // namespace weft::detail
