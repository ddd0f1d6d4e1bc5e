#pragma once

#include "parse_errors.hpp"

namespace weft::detail {

/// Why a line of a header or trailer block without "name:" at its start is refused.
inline const http::parse_error& bad_field_start(const char* line) noexcept {
  return *line == ' ' || *line == '\t' ? errors::folded_field : errors::bad_field_name;
}

}  // namespace weft::detail
