#pragma once

#include <weft/web/json/type.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace weft::detail {

/// Strict RFC 3339 date-time: 'T' and 'Z' are capitals, an offset is there, hours end at 23 and
/// seconds at 59. A leap second is none: no clock here counts it.
/// @return nothing for another text, for more than nine digits of a fraction that are not zero, and
///         for an instant outside of the years 0 to 9999 in UTC
std::optional<json_instant> read_date_time(std::string_view text);

/// RFC 3339 full-date of a day that exists.
std::optional<std::chrono::year_month_day> read_date(std::string_view text);

inline constexpr std::size_t longest_date_time = 32;

/// @param digits  of the fraction, at most 9  @return the length; 0 for a year beyond 0 to 9999
std::size_t write_date_time(char* to, json_instant instant, unsigned digits);
/// @return the length; 0 for no day, or a year that has not four digits
std::size_t write_date(char* to, std::chrono::year_month_day date);

}  // namespace weft::detail
