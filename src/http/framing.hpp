#pragma once

#include <weft/http/detail/head_parser.hpp>

#include <string_view>

namespace weft::detail {

/// Whether a field of that name length can be one that note_field() knows: most are not.
constexpr bool may_rule_framing(std::size_t name_size) noexcept {
  return name_size == 4 || name_size == 6 || name_size == 10 || name_size == 14 || name_size == 17;
}

/// Takes in a field if it rules the connection or the framing: Host, Expect, Connection,
/// Content-Length, Transfer-Encoding.
///
/// @return nullptr, or why the request is refused
const http::parse_error* note_field(std::string_view name, std::string_view value,
                                    head_framing& framing) noexcept;

/// What can be told only when the header block has ended.
/// @source RFC 9112 3.2 and 6.3
const http::parse_error* check_framing(const request_line& line,
                                       const head_framing& framing) noexcept;

}  // namespace weft::detail
