#pragma once

#include "web/ascii.hpp"

#include <string_view>

namespace weft::detail {

/// "text/plain" of " text/plain ;charset=utf-8".
constexpr std::string_view essence_of(std::string_view media_type) noexcept {
  return trim_blanks(media_type.substr(0, media_type.find(';')));
}

constexpr bool is_media_type(std::string_view media_type, std::string_view essence) noexcept {
  return equal_ignoring_case(essence_of(media_type), essence);
}

}  // namespace weft::detail
