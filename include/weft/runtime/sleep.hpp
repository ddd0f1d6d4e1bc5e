#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/detail/task_context.hpp>
#include <weft/runtime/detail/timer.hpp>

#include <chrono>
#include <coroutine>
#include <system_error>

namespace weft {

/// What sleep() returns; awaited at once.
class [[nodiscard("a sleep does nothing until it is awaited")]] sleep_awaiter : detail::cancel_hook,
                                                                                detail::timer {
public:
  explicit sleep_awaiter(time_point until) noexcept;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(detail::suspension h) { return suspend(h.task()); }
  std::error_code await_resume() noexcept;

private:
  bool suspend(detail::task_handle h);
  static void expire(detail::timer& timer) noexcept;
  static void cut_short(detail::cancel_hook& hook) noexcept;

  bool canceled_ = false;
  union {
    time_point until_;
    detail::task_handle waiter_;  // from suspend() on
  };
};

/// Lets `wait` pass without holding a thread.
///
/// Completes  at the first look of a worker at the clock after the time is over
/// Cancel     returns condition::canceled at once; nothing is lost
/// Cost       no allocation, O(log n) in the worker's timers
/// @return no error, or condition::canceled
sleep_awaiter sleep(duration wait);
/// As sleep(), to a point on the scheduler's clock.
/// Cancel  returns condition::canceled at once; nothing is lost
sleep_awaiter sleep_until(time_point when);

}  // namespace weft
