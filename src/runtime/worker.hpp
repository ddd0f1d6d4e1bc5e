#pragma once

#include "injection_queue.hpp"
#include "pace.hpp"
#include "run_queue.hpp"
#include "timer_heap.hpp"
#include "trace_recorder.hpp"

#include <weft/base/counter.hpp>
#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/detail/task_context.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/io_driver.hpp>
#include <weft/runtime/metrics.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <source_location>

namespace weft::detail {

class homes;
class scheduler_core;

/// The idle set is one 64-bit word.
inline constexpr unsigned most_workers = 64;

/// One thread that runs tasks. Its public part is called by the worker's own thread, except where
/// said otherwise.
class alignas(64) worker {
public:
  worker(scheduler_core& core, unsigned id);

  /// Takes and runs tasks until the scheduler stops: one loop a model.
  void run();

  /// To run next, or in its turn if it comes from I/O or a timer.
  void push(task_handle h) {
    if (is_alone_) return line_up(h);
    if (delivering_ || !queue_.try_fill_slot(h)) push_behind_slot(h);
  }
  /// Behind everything that is queued here.
  void push_last(task_handle h) {
    line_up(h);
    wake_for_backlog();
  }
  /// As push_last(), where there is nobody to wake.
  void line_up(task_handle h) {
    if (!queue_.try_push_last(h)) [[unlikely]]
      line_up_in_more_room(h);
  }
  /// A recursion of forks passes here every few nanoseconds and nowhere else: so it looks around
  /// now and then, and whether a wake-up pays at each fork only where that may be soon.
  void push_forker(task_handle h) {
    if (is_time_to_look_at_forks()) look_at_backlog();
    queue_.push_forker(h);
    if (pace_.pays_to_wake(few)) wake_for_backlog();
  }
  /// As push_forker(). @return false where that has more to do than to push
  bool try_push_forker(task_handle h) noexcept {
    return !is_time_to_look_at_forks() && !pace_.pays_to_wake(few) && queue_.try_push_forker(h);
  }
  /// Takes a forker back whose child has ended.
  /// @return false where it is not the newest task here, or others should run first
  [[gnu::always_inline]] bool take_back(task_handle forker) noexcept {
    return !attention_requested->load(std::memory_order_relaxed) &&
           !kicked_.load(std::memory_order_relaxed) && queue_.take_back(forker);
  }

  /// What runs right after a task has suspended: so tasks follow each other without a way back to
  /// the loop, as long as there are some and it is not time to look around.
  std::coroutine_handle<> take_next() noexcept;
  /// Whether what the running task has woken with its last step needs no queue: the slot is where
  /// it would go, and where it would be taken from.
  bool runs_woken_next() noexcept {
    if (!weighs_wakes_ || is_time_to_look() || is_turn_of_others()) return false;
    ++streak_;
    traced.found_in = trace_queue::slot;
    return true;
  }
  std::coroutine_handle<> enter(task_handle h) noexcept {
    slices_.add();
    task_context& context = *h.promise().context;
    context_.store(&context, std::memory_order_relaxed);
    since_.store(h.promise().where, std::memory_order_relaxed);
    if (is_tracing()) [[unlikely]]
      traced.begin(context);
    return h;
  }

  scheduler_core& core() const noexcept { return core_; }
  std::uint32_t id() const noexcept { return id_; }
  timer_heap& timers() noexcept { return timers_; }
  void checkpoint();
  io_driver& own_io_or_make(make_io_driver make);

  trace_slice traced;

  // Any thread.
  bool has_queued() const noexcept { return !queue_.empty(); }
  /// Whether what waits here is worth another worker's being woken, or not going to sleep.
  bool has_backlog() const noexcept { return pace_.pays_to_wake(queue_.waiting()); }
  worker_metrics metrics() const noexcept;
  /// The task that runs. @return null where none does
  task_context* context() const noexcept { return context_.load(std::memory_order_relaxed); }
  /// Where that task suspended for the last time, or its coroutine.
  std::source_location since() const noexcept { return since_.load(std::memory_order_relaxed); }
  std::uint64_t slices() const noexcept { return slices_.value(); }
  /// In a slice, but waiting for its turn at a checkpoint.
  bool lets_others_run() const noexcept { return lets_others_run_.load(std::memory_order_relaxed); }
  int thread_number() const noexcept { return thread_number_.load(std::memory_order_relaxed); }

private:
  friend class homes;
  friend class scheduler_core;

  static constexpr std::uint64_t slices_between_looks_at_forks = 256;
  static constexpr std::size_t few = 16;
  static constexpr int ticks_between_turns = 16;
  static constexpr std::uint32_t longest_streak = 64;

  void run_tasks();
  void retire();
  bool give_away(task_handle h);
  void push_behind_slot(task_handle h);
  void line_up_in_more_room(task_handle h);
  void set_aside(task_handle h);
  void run_tasks_under_gil();
  void run_tasks_by_seed();
  void run_at_home();
  void run_one(task_handle h);

  task_handle find();
  task_handle find_local();
  task_handle take_injected();
  [[gnu::noinline]] task_handle find_beyond();  // its own queue
  task_handle find_elsewhere();
  task_handle steal_backlog();
  task_handle steal_from_the_held_up();
  task_handle steal_from(worker& victim);
  bool run_due_timers_of_others();
  bool may_search() noexcept;
  void stop_searching(bool found) noexcept;
  bool is_time_to_look_at_forks() const noexcept { return slices_.value() >= look_at_forks_; }
  bool is_time_to_look() const noexcept {
    return ticks_left_ <= 0 || kicked_.load(std::memory_order_relaxed);
  }
  /// Newest first starves nobody: the line's first goes before the slot now and then.
  bool is_turn_of_others() const noexcept {
    return streak_ >= longest_streak || ticks_left_ % ticks_between_turns == 0;
  }
  [[gnu::noinline]] void look_at_clock_and_io();
  io_driver* io() const noexcept;
  bool run_due_timers();
  std::size_t count_timers(std::size_t fired) noexcept;
  bool poll_io();

  // sharded and threads (homes.cpp).
  task_handle find_at_home();
  void empty_inbox();
  void park_at_home();

  // Whether to wake somebody for what waits here (parallel; gil always does).
  template <class Deliver>
  bool delivering(Deliver deliver);
  void wake_for_backlog() noexcept;
  [[gnu::noinline]] void look_at_backlog() noexcept;
  void hand_over() noexcept;

  void park();
  bool take_over(io_driver& io) noexcept;
  void wait_parked(bool in_io, duration timeout);
  void leave_idle_set(bool from_io) noexcept;

  std::uint32_t random() noexcept;

  scheduler_core& core_;
  const unsigned id_;
  const bool is_alone_;      // event_loop: there is nobody to wake, and one line of tasks
  const bool weighs_wakes_;  // parallel: wakes another worker only where that pays
  const bool chains_;        // tasks follow each other without a look between any two (not gil)
  bool searching_ = false;
  bool stands_by_ = false;    // somebody has woken it; see nobody_stands_by()
  bool delivering_ = false;   // what it makes ready now comes from I/O or timers
  int ticks_left_ = 0;        // until the next look at clock, I/O and injected tasks
  std::uint32_t streak_ = 0;  // tasks run out of the LIFO slot in a row
  std::uint32_t random_state_;
  // For other threads' eyes only, so not detail::atomic (see weft/base/counter.hpp).
  std::atomic<task_context*> context_{nullptr};
  std::atomic<std::source_location> since_{};
  std::atomic<bool> lets_others_run_{false};
  std::atomic<int> thread_number_{0};
  timer_heap timers_;
  std::unique_ptr<io_driver> own_io_;  // sharded and threads; others share the core's
  run_queue queue_;
  injection_queue inbox_;  // sharded and threads
  alignas(64) counter slices_;
  atomic<bool> kicked_{false};
  atomic<bool> retired_{false};  // a spare that is not needed now
  alignas(64) atomic<std::uint32_t> parked_{0};
  counter steals_;
  counter steal_misses_;
  counter parks_;
  counter polls_;
  counter timers_fired_;

  pace pace_;
  time_point awake_since_{};
  std::uint64_t look_at_forks_ = 0;               // by slices
  std::int64_t oldest_seen_ = run_queue::nobody;  // of the stack, ...
  time_point oldest_seen_at_{};                   // ... since when
  bool oldest_is_due_ = false;

  // The monitor's own.
  std::uint64_t last_seen_slices_ = 0;
  unsigned looks_in_one_slice_ = 0;
  unsigned looks_with_a_spare_ = 0;  // still to come
};

/// The worker that runs on this thread; null on other threads.
extern constinit thread_local worker* this_worker;

}  // namespace weft::detail
