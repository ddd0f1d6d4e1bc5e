#pragma once

#include <weft/runtime/stall_watch.hpp>

#include <cstdint>

namespace weft::detail {

/// Passes on what a watch has found, at most one report in a pause. Threads and locks have one
/// each: a slice that lasts and lasts would otherwise always come first.
class stall_reporter {
public:
  using time = steady_clock::time_point;

  /// When a stall is to be reported, if it still lasts then.
  struct appointment {
    time at;
    bool is_left_out = false;
  };

  explicit stall_reporter(const stall_options& options) : options_(options) {}

  duration threshold() const noexcept { return options_.threshold; }
  appointment after_threshold(time now) const noexcept { return {now + options_.threshold}; }
  /// @return whether to report it now; if so, there is a next appointment after the pause
  bool may_report(appointment& stall, time now) noexcept;
  void report(stall_report& found);

private:
  const stall_options options_;
  time last_report_{};
  std::uint64_t left_out_ = 0;
};

}  // namespace weft::detail
