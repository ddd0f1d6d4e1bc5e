#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace weft::detail {

/// The character sets of the HTTP and URI grammars, as bits of one table.
enum char_class : std::uint8_t {
  token_char = 1,     // RFC 9110 5.6.2 tchar
  reg_name_char = 2,  // RFC 3986 3.2.2 unreserved / sub-delims
  target_char = 4,    // RFC 3986 3.3 pchar and '/', without the '%' of an escape
  hex_char = 8,
  digit_char = 16,
  quoted_char = 32,  // RFC 9110 5.6.4 qdtext
};

consteval std::array<std::uint8_t, 256> make_char_classes() {
  std::array<std::uint8_t, 256> table{};
  const auto add = [&table](std::string_view chars, unsigned classes) {
    for (const char c : chars) {
      auto& entry = table[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint8_t>(entry | classes);
    }
  };
  const unsigned everywhere = token_char | reg_name_char | target_char;
  add("ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ", everywhere);
  add("abcdefABCDEF", everywhere | hex_char);
  add("0123456789", everywhere | hex_char | digit_char);
  add("-._~!$&'*+", everywhere);
  add("#%^`|", token_char);
  add("(),;=", reg_name_char | target_char);
  add(":@/", target_char);
  add("\t ", quoted_char);
  for (unsigned c = 0x21; c < 0x100; ++c)
    if (c != '"' && c != '\\' && c != 0x7f)
      table[c] = static_cast<std::uint8_t>(table[c] | quoted_char);
  return table;
}

inline constexpr auto char_classes = make_char_classes();

constexpr bool is(char c, char_class wanted) noexcept {
  return (char_classes[static_cast<unsigned char>(c)] & wanted) != 0;
}

/// The first character outside the class. @return `end` where all are in it
constexpr const char* skip(const char* p, const char* end, char_class wanted) noexcept {
  while (p != end && is(*p, wanted)) ++p;
  return p;
}

constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// Whether two texts are equal but for the case of ASCII letters.
constexpr bool equals_any_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}

/// Whether a token is `lower` in any case, by words.
///
/// Setting bit 5 folds letters. No other tchar becomes a letter or '-' by it, so this is exact.
/// @param token  made of tchar   @param lower  4 or more lower-case letters and '-'
template <std::size_t Size>
bool is_token(std::string_view token, const char (&lower)[Size]) noexcept {
  constexpr std::size_t length = Size - 1;
  static_assert(length >= 4);
  using word = std::conditional_t<(length >= 8), std::uint64_t, std::uint32_t>;
  if (token.size() != length) return false;
  const auto differ = [&](std::size_t offset) {
    word a;
    word b;
    std::memcpy(&a, token.data() + offset, sizeof a);
    std::memcpy(&b, lower + offset, sizeof b);
    return (a | static_cast<word>(0x2020202020202020)) ^ b;
  };
  word difference = differ(length - sizeof(word));  // the last word may overlap
  for (std::size_t i = 0; i + sizeof(word) < length; i += sizeof(word)) difference |= differ(i);
  return difference == 0;
}

/// Without SP and HTAB at both ends (RFC 9110 5.6.3 OWS).
constexpr std::string_view trim(std::string_view text) noexcept {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace weft::detail
