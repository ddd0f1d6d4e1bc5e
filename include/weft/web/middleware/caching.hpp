#pragma once

#include <weft/web/cache_control.hpp>
#include <weft/web/middleware.hpp>

namespace weft {

/// Says how long the answers behind it may be kept: those to GET and HEAD below 400 that do not say
/// so themselves.
/// @throws std::invalid_argument  as cache_control::text(), or nothing is said
/// @example tests/unit/web/cache_control_test.cpp:caching
middleware caching(const cache_control& how);

}  // namespace weft
