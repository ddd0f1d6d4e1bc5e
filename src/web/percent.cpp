#include "web/percent.hpp"

#include <boost/url/parse.hpp>

#include <cstddef>

namespace weft::detail {
namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool resolve_escapes(std::string_view text, plus_sign plus, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == plus_sign::is_blank) {
      out += ' ';
    } else if (text[i] == '%') {
      const int byte = escaped_byte(text.substr(i));
      if (byte < 0) return false;
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return true;
}

// Bytes that follow a lead byte, and the range of the first of them. @return 0 for a bad lead byte
struct utf8_sequence {
  std::size_t followers = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

utf8_sequence sequence_of(unsigned char lead) noexcept {
  if (lead >= 0xC2 && lead <= 0xDF) return {1};
  if (lead == 0xE0) return {2, 0xA0};
  if (lead == 0xED) return {2, 0x80, 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF) return {2};
  if (lead == 0xF0) return {3, 0x90};
  if (lead >= 0xF1 && lead <= 0xF3) return {3};
  if (lead == 0xF4) return {3, 0x80, 0x8F};
  return {};
}

}  // namespace

int escaped_byte(std::string_view text) noexcept {
  if (text.size() < 3 || text[0] != '%') return -1;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void append_escape(std::string& out, unsigned char byte) {
  constexpr char digits[] = "0123456789ABCDEF";
  out += '%';
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) continue;
    auto sequence = sequence_of(lead);
    if (sequence.followers == 0 || sequence.followers >= text.size() - i) return false;
    for (; sequence.followers > 0; --sequence.followers) {
      const auto byte = static_cast<unsigned char>(text[++i]);
      if (byte < sequence.low || byte > sequence.high) return false;
      sequence.low = 0x80;
      sequence.high = 0xBF;
    }
  }
  return true;
}

std::optional<std::string> percent_decode(std::string_view text, plus_sign plus) {
  std::string decoded;
  decoded.reserve(text.size());
  if (!resolve_escapes(text, plus, decoded) || !is_utf8(decoded)) return std::nullopt;
  return decoded;
}

bool is_local_target(std::string_view target) {
  return !target.starts_with("//") && boost::urls::parse_origin_form(target).has_value();
}

}  // namespace weft::detail
