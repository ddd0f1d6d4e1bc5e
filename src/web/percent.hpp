#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::detail {

enum class plus_sign { literal, is_blank };

/// Resolves every escape once. `plus_sign::is_blank` for what HTML forms encode.
/// @return nullopt for an escape that is none, or a result that is no UTF-8
std::optional<std::string> percent_decode(std::string_view text,
                                          plus_sign plus = plus_sign::literal);

/// The byte that "%XY" at the front of `text` stands for. @return -1 where there is no such escape
int escaped_byte(std::string_view text) noexcept;

/// RFC 3986 2.3: what means the same with an escape and without.
constexpr bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void append_escape(std::string& out, unsigned char byte);

/// RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

/// A path, and perhaps a query, on this host: "/items?page=2". Not "//host", nor a backslash or a
/// control byte, which browsers read as one.
bool is_local_target(std::string_view target);

}  // namespace weft::detail
