#pragma once

#include <weft/http/detail/head_parser.hpp>

#include <string_view>

namespace weft::detail {

/// Splits and checks a status line without its line end.
///
/// @return nullptr, or why the line is refused
/// @source RFC 9112 4
const http::parse_error* read_status_line(std::string_view text, status_line& line) noexcept;

}  // namespace weft::detail
