#pragma once

#include <weft/http/detail/head_parser.hpp>

#include <string_view>

namespace weft::detail {

/// Splits and checks a request line without its line end.
///
/// @return nullptr, or why the line is refused
/// @source RFC 9112 3
const http::parse_error* read_request_line(std::string_view text, request_line& line) noexcept;

}  // namespace weft::detail
