#pragma once

#include <weft/base/clock.hpp>

#include <atomic>

namespace weft::http {

/// The time as the server's sweep last saw it, and whether it is stopping: what connections read
/// for each request instead of a clock.
struct server_pulse {
  std::atomic<duration::rep> now{0};
  std::atomic<bool> leaving{false};  // will stop, for who asks
  std::atomic<bool> stopping{false};
  std::atomic<bool> ending_idle{false};  // stopping, and idle_grace is over
};

/// Until when one thing that a connection does may last. Set by the task that does it, looked at by
/// the sweep.
class time_bound {
public:
  void set(duration::rep until) noexcept { until_.store(until, std::memory_order_release); }
  void clear() noexcept { set(never); }
  bool is_set() const noexcept { return until_.load(std::memory_order_relaxed) != never; }
  bool is_over(duration::rep now) const noexcept {
    return until_.load(std::memory_order_acquire) <= now;
  }

  static constexpr duration::rep never = duration::max().count();

private:
  std::atomic<duration::rep> until_{never};
};

}  // namespace weft::http
