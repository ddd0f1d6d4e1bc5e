#pragma once

#include <weft/runtime/detail/spinlock.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/detail/timer.hpp>

#include <array>
#include <cstddef>
#include <vector>

namespace weft::detail {

/// The timers of one worker: a 4-ary heap of their times, and pointers into the waiting frames.
///
/// The times stand in the heap itself, and the four children of an entry in one cache line: to find
/// the next timer looks at one line a level, and into no frame. An entry's position counts from 3,
/// so that the children of position p are family p - 2, and the parent of family f is at f + 2.
///
/// Any thread may stop a timer or run what is due, so that a busy worker's timers do not wait for
/// it; the lock is held for a few comparisons only.
class timer_heap {
public:
  timer_heap() = default;
  timer_heap(const timer_heap&) = delete;
  timer_heap& operator=(const timer_heap&) = delete;

  /// @throws std::bad_alloc: then nothing has happened
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
  static constexpr std::size_t root = 3;
  static constexpr std::size_t first_families = 4;

  struct entry {
    time_point when;
    timer* due;
  };
  struct alignas(64) family {
    std::array<entry, arity> children;
  };

  bool empty() const noexcept { return end_ == root; }
  entry& at(std::size_t position) noexcept {
    return families_[position / arity].children[position % arity];
  }
  void make_room();
  void insert(timer& t, time_point when) noexcept;
  void sift_up(std::size_t position, const entry& moving) noexcept;
  void sift_down(std::size_t position, const entry& moving) noexcept;
  void remove(std::size_t position) noexcept;
  void place(const entry& e, std::size_t position) noexcept;
  void publish_next() noexcept;
  timer* take_due(time_point now) noexcept;

  spinlock lock_;
  // Never shrinks. Who has run out of memory and sleeps for a moment before the next try finds room
  // for some timers from the beginning.
  std::vector<family> families_ = std::vector<family>(first_families);
  std::size_t end_ = root;  // the position behind the last entry
  atomic<duration::rep> next_{time_point::max().time_since_epoch().count()};
};

}  // namespace weft::detail
