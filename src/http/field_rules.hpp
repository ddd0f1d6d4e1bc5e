#pragma once

#include <string_view>

namespace weft::detail {

/// Refuses what would split an answer or overrule its framing.
/// @throws std::invalid_argument  no token, or a name that is the connection's to say
void check_field_name(std::string_view name);
/// @throws std::invalid_argument  CR, LF, NUL or another control byte (RFC 9110 5.5)
void check_field_value(std::string_view value);

}  // namespace weft::detail
