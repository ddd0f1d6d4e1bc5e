#pragma once

#include <string_view>

namespace weft {

/// The media type of a file, by the end of its name in any case: "text/html; charset=utf-8" for
/// "docs/index.html".
/// @return "application/octet-stream" for an end that is not in the table; lives for ever
std::string_view media_type_of(std::string_view path) noexcept;

}  // namespace weft
