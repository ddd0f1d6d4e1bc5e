#pragma once

#include <weft/runtime/spinlock.hpp>
#include <weft/runtime/threading.hpp>
#include <weft/runtime/timer.hpp>

#include <cstddef>
#include <vector>

namespace weft::detail {

/// The timers of one worker: a 4-ary heap of pointers into the waiting frames.
///
/// Any thread may stop a timer or run what is due, so that a busy worker's timers do not wait for
/// it; the lock is held for a few comparisons only.
class timer_heap {
public:
  timer_heap() = default;
  timer_heap(const timer_heap&) = delete;
  timer_heap& operator=(const timer_heap&) = delete;

  void start(timer& t, time_point when);
  bool start(timer& t, time_point when, task_context& context, cancel_hook& hook);
  bool stop(timer& t) noexcept;

  /// Fires all timers that are due. @return how many
  std::size_t run_due(time_point now);

  /// When the next timer is due; time_point::max() where there is none.
  time_point next() const noexcept {
    return time_point(duration(next_.load(std::memory_order_seq_cst)));
  }

private:
  static constexpr std::size_t arity = 4;

  void insert(timer& t, time_point when);
  void sift_up(std::size_t index) noexcept;
  void sift_down(std::size_t index) noexcept;
  void remove(std::size_t index) noexcept;
  void place(timer* t, std::size_t index) noexcept;
  void publish_next() noexcept;
  timer* take_due(time_point now) noexcept;

  spinlock lock_;
  std::vector<timer*> heap_;
  atomic<duration::rep> next_{time_point::max().time_since_epoch().count()};
};

}  // namespace weft::detail
