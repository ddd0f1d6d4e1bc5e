#pragma once

#include <weft/web/route_group.hpp>

namespace weft {

/// Routes, groups and middleware that belong to no app yet.
///
/// It is filled like an app and put into one, or into another router, by mount(): a part of an API
/// can have a file of its own, which knows nothing of the prefix it is served under. Who mounts it
/// keeps what is in it; the router itself may go.
/// @example tests/unit/web/router_test.cpp:router
class router final : public route_group {
public:
  router();
};

}  // namespace weft
