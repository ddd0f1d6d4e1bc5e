#pragma once

#include <weft/base/clock.hpp>
#include <weft/runtime/task.hpp>
#include <weft/web/route_group.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace weft {

/// Something without which an app cannot answer: a database, a service.
struct health_check {
  std::string name;  ///< public: it is in the answer
  /// Whether it is there. A task that throws, or takes too long, says no; it is then cancelled.
  std::function<task<bool>()> is_well;
  duration patience = std::chrono::seconds(1);
};

struct health_options {
  std::string live_path = "/livez";
  std::string ready_path = "/readyz";
  std::vector<health_check> checks = {};
};

/// Adds two pages for load balancers and orchestrators, which are answered however much there is to
/// do (route::never_shed()).
///
/// Live: 200 as long as the server answers at all; who restarts it for another reason makes things
/// worse. Ready: 200 where it should get requests, 503 where a check says no, and once a stop has
/// been announced (run_options::stop_delay): `{"status":"not ready","failing":["database"]}`. The
/// checks are asked one after another, and once for all that come while they are.
/// @throws std::invalid_argument  a check has no name or no function, or a name is there twice
/// @example tests/unit/web/health_test.cpp:health
void add_health(route_group& to, health_options options = {});

}  // namespace weft
