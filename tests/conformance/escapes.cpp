#include "escapes.hpp"

#include <charconv>
#include <cstddef>
#include <utility>

namespace weft::conformance {

namespace {

constexpr std::pair<char, char> short_escapes[] = {
    {'r', '\r'}, {'n', '\n'}, {'t', '\t'}, {'0', '\0'}, {'\\', '\\'}};

/// Reads a number that fills `text`.
std::optional<unsigned> number(std::string_view text, int base) {
  unsigned value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// @param inside  "TEXT*N"
bool append_repeated(std::string_view inside, std::string& out) {
  const auto star = inside.rfind('*');
  if (star == std::string_view::npos) return false;
  const auto text = unescape(inside.substr(0, star));
  const auto count = number(inside.substr(star + 1), 10);
  if (!text || !count) return false;
  for (unsigned i = 0; i < *count; ++i) out += *text;
  return true;
}

/// @param text  behind the backslash  @return how many characters belong to the escape, 0: none
std::size_t append_escape(std::string_view text, std::string& out) {
  if (text.empty()) return 0;
  for (const auto& [name, byte] : short_escapes) {
    if (text.front() != name) continue;
    out += byte;
    return 1;
  }
  if (text.front() == 'x' && text.size() >= 3) {
    const auto byte = number(text.substr(1, 2), 16);
    if (byte) out += static_cast<char>(*byte);
    return byte ? 3 : 0;
  }
  const auto close = text.find(')');
  if (text.front() != '(' || close == std::string_view::npos) return 0;
  return append_repeated(text.substr(1, close - 1), out) ? close + 1 : 0;
}

void append_hex(unsigned char byte, std::string& out) {
  constexpr char digits[] = "0123456789abcdef";
  out += "\\x";
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

}  // namespace

std::string escape(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    bool is_short = false;
    for (const auto& [name, meant] : short_escapes) {
      if (c != meant) continue;
      out += '\\';
      out += name;
      is_short = true;
    }
    if (is_short) continue;
    if (byte >= 0x20 && byte < 0x7f) out += c;
    else append_hex(byte, out);
  }
  return out;
}

std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto backslash = text.find('\\');
    out += text.substr(0, backslash);
    if (backslash == std::string_view::npos) break;
    text.remove_prefix(backslash + 1);
    const auto size = append_escape(text, out);
    if (size == 0) return std::nullopt;
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace weft::conformance
