#pragma once

#include <weft/web/context.hpp>
#include <weft/web/middleware.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weft {

/// What the server does, as text that Prometheus reads.
///
///     weft::prometheus metrics;
///     app.use(metrics.layer());
///     app.get("/metrics", metrics.page()).never_shed();
///
/// Of requests it counts by method, route and status how many there were, and how long they took
/// until their answer was made; what has no route counts as one. It adds what http_server and
/// scheduler have counted by themselves. The page is for those who look after the server: it
/// belongs behind an authentication or a host that others do not reach.
/// Copies are the same object.
/// Concurrent  every call
/// @example tests/unit/web/prometheus_test.cpp:prometheus
class prometheus {
public:
  /// @param bounds  of the histogram's buckets in seconds, ascending
  /// @throws std::invalid_argument  the bounds are none
  explicit prometheus(std::vector<double> bounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                    0.1, 0.25, 0.5, 1, 2.5, 5, 10});

  /// What counts. Outermost, it sees what the others answer.
  /// Cost  two looks at the clock, a lock that is shared, a look-up
  middleware layer() const;
  /// Answers with the numbers.
  std::function<void(context&)> page() const;

  /// Lines of your own at the end of the page: whole ones, in the text format.
  /// @param write  called for each look at the page, once at a time
  void add(std::function<void(std::string& out)> write);

private:
  class state;
  std::shared_ptr<state> state_;
};

}  // namespace weft
