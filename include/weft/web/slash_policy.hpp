#pragma once

#include <cstdint>

namespace weft {

/// What an app thinks of a slash at the end of a path.
enum class slash_policy : std::uint8_t {
  strict,    ///< "/items" and "/items/" are two paths
  redirect,  ///< a path without a route is sent to its other form, where that has one (308)
  ignore,    ///< "/items" and "/items/" are one path, whichever was registered
};

}  // namespace weft
