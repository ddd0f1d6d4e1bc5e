#pragma once

#include "char_class.hpp"

#include <weft/http/detail/head_parser.hpp>

#include <string_view>

namespace weft::detail {

// What the fields say that rule the connection or the framing. Each returns nullptr, or why the
// message is refused.
const http::parse_error* note_host(std::string_view value, head_framing& framing,
                                   known_host& known) noexcept;
const http::parse_error* note_expect(std::string_view value, head_framing& framing) noexcept;
const http::parse_error* note_connection(std::string_view value, head_framing& framing) noexcept;
const http::parse_error* note_content_length(std::string_view value,
                                             head_framing& framing) noexcept;
const http::parse_error* note_transfer_encoding(std::string_view value,
                                                head_framing& framing) noexcept;

/// Takes in a field if it is one of those that rule any message. Most are not, and their length
/// says so.
inline const http::parse_error* note_field(const header_field& field,
                                           head_framing& framing) noexcept {
  const auto& [name, value] = field;
  switch (name.size()) {
    case 10: return is_token(name, "connection") ? note_connection(value, framing) : nullptr;
    case 14:
      return is_token(name, "content-length") ? note_content_length(value, framing) : nullptr;
    case 17:
      return is_token(name, "transfer-encoding") ? note_transfer_encoding(value, framing) : nullptr;
    default: return nullptr;
  }
}
/// The same for a request, which has two more.
inline const http::parse_error* note_request_field(const header_field& field, head_framing& framing,
                                                   known_host& known) noexcept {
  const auto& [name, value] = field;
  switch (name.size()) {
    case 4: return is_token(name, "host") ? note_host(value, framing, known) : nullptr;
    case 6: return is_token(name, "expect") ? note_expect(value, framing) : nullptr;
    default: return note_field(field, framing);
  }
}

/// What can be told only when the header block has ended.
/// @source RFC 9112 6.1 and 6.3
const http::parse_error* check_framing(int minor_version, const head_framing& framing) noexcept;
/// @source RFC 9112 3.2
const http::parse_error* check_request_framing(const request_line& line,
                                               const head_framing& framing) noexcept;

}  // namespace weft::detail
