#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace micro {

/// When the sleepers of one run are due: all of them have to be asleep first, then they come due
/// evenly over a while, in an order that is not that of their start.
class wake_plan {
public:
  using clock = std::chrono::steady_clock;

  wake_plan(clock::time_point start, std::uint64_t tasks);
  clock::time_point due(std::uint64_t task) const;
  /// All tasks should have been started by then, and none is due yet.
  clock::time_point all_asleep() const { return first_ - std::chrono::milliseconds(10); }
  /// How long before the first one is due; below 0 the lateness is that of the starts.
  double milliseconds_left() const {
    return std::chrono::duration<double, std::milli>(first_ - clock::now()).count();
  }

private:
  clock::time_point first_;
  std::chrono::nanoseconds span_;
  std::uint64_t tasks_;
};

/// How much later than planned a task ran.
inline std::uint32_t microseconds_late(wake_plan::clock::time_point due) {
  const auto late =
      std::chrono::duration_cast<std::chrono::microseconds>(wake_plan::clock::now() - due);
  return static_cast<std::uint32_t>(late.count());
}

/// The value that `part` (0 to 1) of all are not above. Reorders them.
double quantile(std::vector<std::uint32_t>& values, double part);

}  // namespace micro
