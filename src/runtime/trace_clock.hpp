#pragma once

#include <chrono>
#include <cstdint>

namespace weft::detail {

/// Ticks of the cheapest clock that runs evenly and alike on all cores: the time stamp counter
/// where the processor promises that, else the steady clock in nanoseconds.
std::uint64_t trace_ticks() noexcept;

/// Turns ticks into time. Made at a session's start; each conversion calibrates over all the time
/// since.
class trace_clock {
public:
  trace_clock() noexcept : ticks_(trace_ticks()), time_(std::chrono::steady_clock::now()) {}

  std::uint64_t start() const noexcept { return ticks_; }
  std::chrono::nanoseconds elapsed() const noexcept {
    return std::chrono::steady_clock::now() - time_;
  }
  /// Nanoseconds a tick, measured from the start to now.
  double tick_length() const noexcept;

private:
  std::uint64_t ticks_;
  std::chrono::steady_clock::time_point time_;
};

}  // namespace weft::detail
