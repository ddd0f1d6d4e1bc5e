#include "indent.hpp"

#include <cstddef>

namespace weft::detail {
namespace {

void begin_line(byte_buffer& out, std::size_t depth) {
  out.push_back('\n');
  for (; depth != 0; --depth) out.append("  ");
}

std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return at + 1;
}

}  // namespace

void indent_json(byte_buffer& out, std::string_view compact) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at != compact.size();) {
    const char c = compact[at];
    if (c == '"') {
      const std::size_t end = end_of_string(compact, at);
      out.append(compact.substr(at, end - at));
      at = end;
      continue;
    }
    const bool opens = c == '{' || c == '[';
    if (opens && (compact[at + 1] == '}' || compact[at + 1] == ']')) {
      out.append(compact.substr(at, 2));
      at += 2;
      continue;
    }
    if (c == '}' || c == ']') begin_line(out, --depth);
    out.push_back(c);
    if (opens) begin_line(out, ++depth);
    else if (c == ',') begin_line(out, depth);
    else if (c == ':') out.push_back(' ');
    ++at;
  }
}

}  // namespace weft::detail
