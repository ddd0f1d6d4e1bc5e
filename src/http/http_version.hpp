#pragma once

#include "char_class.hpp"
#include "parse_errors.hpp"

#include <cstddef>
#include <cstring>
#include <string_view>

namespace weft::detail {

inline constexpr std::size_t version_size = 8;

/// Reads HTTP-version = "HTTP/" DIGIT "." DIGIT. A minor version above 1 is read as 1 (RFC 9110
/// 2.5).
///
/// @param text       of version_size
/// @param malformed  what it means where the grammar is not met
/// @return nullptr, or why the line is refused
/// @source RFC 9112 2.3
inline const http::parse_error* read_version(std::string_view text, int& minor_version,
                                             const http::parse_error& malformed) noexcept {
  if (std::memcmp(text.data(), "HTTP/", 5) != 0) return &malformed;
  const char major = text[5];
  const char minor = text[7];
  if (!is(major, digit_char) || text[6] != '.' || !is(minor, digit_char)) return &malformed;
  if (major != '1') return &errors::unsupported_version;
  minor_version = minor == '0' ? 0 : 1;
  return nullptr;
}

}  // namespace weft::detail
