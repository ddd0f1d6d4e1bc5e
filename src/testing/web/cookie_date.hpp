#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace weft::testing {

/// The date of an Expires attribute, in any of the forms that browsers read.
/// @source RFC 6265 5.1.1
std::optional<std::chrono::sys_seconds> read_cookie_date(std::string_view text);

}  // namespace weft::testing
