#pragma once

#include "parse_errors.hpp"

namespace weft::detail {

/// Why the control byte at `p`, which is not the CR of a CR LF, makes a line invalid.
///
/// @return nullptr for a CR whose next byte has not arrived
inline const http::parse_error* broken_line_end(const char* p, const char* end) noexcept {
  if (*p == '\n') return &errors::bare_line_feed;
  if (*p != '\r') return &errors::control_byte;
  return end - p < 2 ? nullptr : &errors::bare_carriage_return;
}

/// Whether CR LF stands at `p`.
inline bool is_line_end(const char* p, const char* end) noexcept {
  return end - p >= 2 && p[0] == '\r' && p[1] == '\n';
}

}  // namespace weft::detail
