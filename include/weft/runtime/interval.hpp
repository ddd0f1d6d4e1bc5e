#pragma once

#include <weft/base/clock.hpp>
#include <weft/base/error.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task.hpp>

#include <coroutine>

namespace weft {

/// What an interval does about ticks that came while nobody waited for them.
enum class missed_ticks {
  skip,   ///< one tick at once for all of them, then on in the old rhythm
  burst,  ///< all of them, at once, one after another
  delay,  ///< one tick at once, then a new rhythm from there
};

/// Ticks that are a period apart, however long the work between them takes.
///
///     weft::interval ticks(100ms);
///     while (auto due = co_await ticks.tick()) sample(*due);
///
/// The first tick comes after one period. Ticks are due at the start plus a multiple of the period,
/// so lateness does not add up; only missed_ticks::delay starts a new rhythm.
/// Concurrent  one user
class interval {
public:
  /// What tick() returns; awaited at once.
  class [[nodiscard("a tick does nothing until it is awaited")]] awaiter {
  public:
    explicit awaiter(interval& i) noexcept : interval_(i), sleep_(i.next_) {}

    bool await_ready() const;
    bool await_suspend(detail::suspension h) {
      has_slept_ = true;
      return sleep_.await_suspend(h);
    }
    result<time_point> await_resume();

  private:
    interval& interval_;
    sleep_awaiter sleep_;
    bool has_slept_ = false;
  };

  /// Starts now. @param period  more than zero
  /// @throws std::invalid_argument for another period; std::logic_error outside of tasks
  explicit interval(duration period, missed_ticks policy = missed_ticks::skip);

  /// Waits for the next tick; not at all where one was missed.
  /// Cancel   the tick is not lost: the next tick() gives it
  /// Cost     no allocation, O(log n) in the worker's timers
  /// @return  when the tick was due, on the scheduler's clock
  /// @errors  condition::canceled
  awaiter tick() noexcept { return awaiter(*this); }

  duration period() const noexcept { return period_; }

private:
  time_point advance(time_point now) noexcept;

  duration period_;
  missed_ticks policy_;
  time_point next_;
};

}  // namespace weft
