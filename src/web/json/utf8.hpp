#pragma once

#include <cstddef>
#include <string_view>

namespace weft::detail {

inline constexpr char32_t no_character = 0xFFFFFFFF;

/// Takes the first character off a text that is not empty.
/// @return no_character where it is not UTF-8. @source RFC 3629 4
inline char32_t take_character(std::string_view& text) noexcept {
  const auto byte = [&](std::size_t n) {
    return n < text.size() ? static_cast<unsigned char>(text[n]) : 0U;
  };
  const char32_t first = byte(0);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t character = size == 1 ? first : first & (0x7FU >> size);
  for (std::size_t n = 1; n != size; ++n) {
    if ((byte(n) & 0xC0U) != 0x80U) return no_character;
    character = (character << 6U) | (byte(n) & 0x3FU);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_good = (size == 1 || first >= 0xC0) && first < 0xF8 && character >= least[size] &&
                       character <= 0x10FFFF && (character < 0xD800 || character > 0xDFFF);
  if (!is_good) return no_character;
  text.remove_prefix(size);
  return character;
}

/// Of a text that is UTF-8.
inline std::size_t characters_of(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

}  // namespace weft::detail
