#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::detail {

/// What the text stands for, in the alphabet of RFC 4648 4.
/// @return nullopt where it is not padded, has other characters, or bits behind its end: of two
///         texts that mean the same, one is refused
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace weft::detail
