#pragma once

#include "counter.hpp"
#include "injection_queue.hpp"
#include "timer_heap.hpp"
#include "trace_recorder.hpp"
#include "work_deque.hpp"

#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/io_driver.hpp>
#include <weft/runtime/metrics.hpp>
#include <weft/runtime/task_context.hpp>
#include <weft/runtime/threading.hpp>

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
  worker(scheduler_core& core, unsigned id) noexcept;

  /// Takes and runs tasks until the scheduler stops: one loop a model.
  void run();

  void push(task_handle h);         // newest: the LIFO slot, where the model has one
  void push_queued(task_handle h);  // into the deque, and wakes somebody
  void run_last(task_handle h);
  /// Takes a forker back whose child has ended.
  /// @return false where it is not the newest task here, or others should run first
  bool take_back(task_handle forker) noexcept {
    weft::checkpoint();
    if (kicked_.load(std::memory_order_relaxed)) return false;
    return deque_.pop_if(forker.address());
  }

  std::coroutine_handle<> take_next() noexcept;  // for a task that just suspended
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
  io_driver& own_io_or_make(std::unique_ptr<io_driver> (*make)());

  trace_slice traced;

  // Any thread.
  task_handle steal() noexcept;
  bool has_queued() const noexcept;
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

  void run_tasks();
  void retire();
  void run_tasks_under_gil();
  void run_tasks_by_seed();
  void run_at_home();
  void run_one(task_handle h);

  task_handle find();
  task_handle find_local();
  task_handle take_injected();
  task_handle find_elsewhere();
  task_handle steal_round(bool with_timers);
  bool may_search() noexcept;
  void stop_searching(bool found) noexcept;
  bool is_time_to_look() noexcept;
  void look_at_clock_and_io();
  io_driver* io() const noexcept;
  bool run_due_timers();
  std::size_t count_timers(std::size_t fired) noexcept;
  bool poll_io();

  // sharded and threads (homes.cpp).
  task_handle find_at_home();
  void push_own(task_handle h);
  void empty_inbox();
  void park_at_home();

  void park();
  bool take_over(io_driver& io) noexcept;
  void wait_parked(bool in_io, duration timeout);
  void leave_idle_set(bool from_io) noexcept;

  task_handle take_slot() noexcept;
  std::uint32_t random() noexcept;

  scheduler_core& core_;
  const unsigned id_;
  const bool newest_first_;  // owner takes the newest task (parallel), or the oldest (the others)
  bool take_oldest_ = false;
  bool searching_ = false;
  std::uint32_t tick_ = 0;
  std::uint32_t streak_ = 0;  // tasks run out of the LIFO slot in a row
  std::uint32_t random_state_;
  // For other threads' eyes only, so not detail::atomic (see counter.hpp).
  std::atomic<task_context*> context_{nullptr};
  std::atomic<std::source_location> since_{};
  std::atomic<bool> lets_others_run_{false};
  std::atomic<int> thread_number_{0};
  timer_heap timers_;
  std::unique_ptr<io_driver> own_io_;  // sharded and threads; others share the core's
  work_deque deque_;
  injection_queue inbox_;  // sharded and threads
  alignas(64) atomic<void*> slot_{nullptr};
  counter slices_;
  atomic<bool> kicked_{false};
  atomic<bool> retired_{false};  // a spare that is not needed now
  alignas(64) atomic<std::uint32_t> parked_{0};
  counter steals_;
  counter steal_misses_;
  counter parks_;
  counter polls_;
  counter timers_fired_;

  // The monitor's own.
  std::uint64_t last_seen_slices_ = 0;
  unsigned looks_in_one_slice_ = 0;
};

/// The worker that runs on this thread; null on other threads.
extern constinit thread_local worker* this_worker;

}  // namespace weft::detail
