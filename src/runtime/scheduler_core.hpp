#pragma once

#include "blocking_pool.hpp"
#include "gil_lock.hpp"
#include "homes.hpp"
#include "injection_queue.hpp"
#include "lock_waits.hpp"
#include "scope_registry.hpp"
#include "wait_notes.hpp"
#include "worker.hpp"

#include <weft/base/counter.hpp>
#include <weft/runtime/detail/join_state.hpp>
#include <weft/runtime/detail/process_barrier.hpp>
#include <weft/runtime/detail/task_scope.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/io_driver.hpp>
#include <weft/runtime/metrics.hpp>
#include <weft/runtime/model.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

// Run queues, workers and parking: who runs a ready task, and who sleeps.
//
// A ready task is in one of: a worker's run queue (run_queue.hpp: slot, stack, line), the injection
// queue (from other threads), or, in deterministic mode, one list from which the seed draws.
//
// A worker is running, searching (it has no work and looks at the others' queues; at most half of
// them do at once), or parked: on a futex, or, for the one that holds the I/O driver's token, in
// io_driver::block().
//
// No wake-up is lost. A pusher stores the task, orders that before what follows (seq_cst), and
// reads the idle count and the number of searchers. A parker announces itself in the idle set
// (seq_cst), stops being a searcher, and then looks at every queue again. In the one total order of
// these operations either the pusher sees the idle worker or the parker sees the task. A searcher
// that finds work wakes the next one, so a burst wakes workers one after another and not all at
// once.
//
// Under parallel a wake-up has to pay: it costs more than short slices take. A pusher looks for
// somebody to wake, and a parker stays awake, only for a backlog: tasks that will take 50 us
// together, by what slices took there lately (pace.hpp), or, as the worker finds at its looks
// (every 61 tasks, every 256 forks), an oldest task that has waited for 50 us. A searcher takes
// from a backlog at once, and from who has less only if that does not move for 5 us. If a slice
// lasts, the monitor sees tasks, I/O or timers that nobody attends to, and wakes somebody. Tasks
// from other threads always wake.
//
// One parked worker keeps the time: `kept_until_` is when it will look at all timers. The others
// wait until they are woken. Who parks with an earlier timer takes over; who is woken gives it up,
// and the next to park takes it.
//
// Under gil, which has no monitor, one stands by for the other: who parks while somebody keeps the
// time looks 5 ms later, and who comes from I/O with a task, which may last, wakes one that waits
// for I/O in its place, or looks again after 5 ms; at most once in that time.
//
// The monitor (parallel, more than one worker) also makes busy workers look at I/O and timers by
// time instead of by task count.
//
// Spare workers (parallel). The first `admitted_` workers may run tasks: as many as the model asks
// for, and one more for each that has been in one slice for two looks of the monitor, about 4 ms,
// and for 50 ms after that, since long slices seldom come alone. So a long computation costs its
// own core's share and not a worker: the kernel time-slices. A spare that is not admitted any more
// hands its tasks over before its next one.
//
// Shutdown: run() stops the workers only after the root scope has no child left, so all queues are
// empty then. That closes the root: a spawn() from another thread either comes before, and is
// joined, or waits in early_ for the next run(). Most wait there as soon as the main task has
// ended, so that a thread which spawns without a pause does not keep run() from ending.

namespace weft {
class scheduler;
}

namespace weft::detail {

class scheduler_core {
public:
  scheduler_core(scheduler& owner, const model& m, io_kind io);
  ~scheduler_core();
  scheduler_core(const scheduler_core&) = delete;
  scheduler_core& operator=(const scheduler_core&) = delete;

  scheduler& owner() const noexcept { return owner_; }
  const model& chosen_model() const noexcept { return model_; }
  bool is_deterministic() const noexcept { return routing_ == routing::by_seed; }
  bool has_homes() const noexcept { return routing_ == routing::to_home; }
  unsigned worker_slots() const noexcept { return static_cast<unsigned>(workers_.size()); }
  task_scope& root() noexcept { return *root_; }
  blocking_pool& blocking() noexcept { return blocking_; }

  // A run, all of it on one thread (scheduler_run.cpp).

  /// Starts the threads, what was spawned since the last run, and the main task; nothing runs yet.
  /// @throws std::logic_error where a run is under way, or the last one left tasks behind;
  ///         std::system_error, std::bad_alloc: then the main task is still the caller's
  void begin_run(task_handle main);
  /// Lets the workers run, the calling thread being the first, until all tasks have ended.
  /// @return the main task  @throws deadlock_error
  join_state run();
  /// @throws std::bad_alloc: then the frame is still the caller's
  void spawn_background(task_handle frame);

  // Where they throw std::bad_alloc no queue has changed.

  /// To run soon, on this worker if the caller is one.
  void make_ready(task_handle h) {
    if (has_queue_here()) [[likely]]
      this_worker->push(h);
    else route(h);
  }
  /// Behind everything that is queued.
  void make_ready_last(task_handle h) {
    if (has_queue_here()) [[likely]]
      this_worker->push_last(h);
    else route(h);
  }
  void queue_forker(worker& here, task_handle child, task_handle forker);
  /// As queue_forker(). @return false where that has more to do than to push
  bool try_queue_forker(worker& here, task_handle forker) noexcept {
    return routing_ == routing::to_any_worker && here.try_push_forker(forker);
  }

  // sharded and threads: each task has a home (homes.hpp); the other models have none.
  void settle(task_context& task, placement where) noexcept {
    if (has_homes()) homes_->settle(task, where);
  }
  void vacate(const task_context& task) noexcept {
    if (has_homes()) homes_->vacate(task);
  }
  placement placement_of_background() const noexcept {
    return has_homes() ? homes_->placement_of_background() : placement::beside;
  }
  std::coroutine_handle<> transfer_to(task_handle h) noexcept;

  time_point now() const noexcept;
  /// On a worker. In deterministic mode the seed decides this too.
  std::uint32_t random_below(std::uint32_t count) noexcept;

  io_driver& io_or_attach(make_io_driver make);
  /// Makes a home's driver the one that homes without a driver use.
  void lend_io(io_driver& driver) noexcept;
  io_driver* io() const noexcept { return io_.load(std::memory_order_acquire); }

  /// Null where nobody will ask for them: in all modes but the deterministic one.
  wait_notes* notes() noexcept { return notes_ ? &*notes_ : nullptr; }
  scheduler_metrics metrics();
  template <class Visit>
  void for_each_worker(Visit visit) {
    if (!homes_) {
      for (auto& w : workers_) visit(*w);
      return;
    }
    for (worker* w : homes_->list()) visit(*w);
  }

  scope_registry& scopes() noexcept { return scopes_; }
  detail::lock_waits& lock_waits() noexcept { return lock_waits_; }
  /// Whether no other task can run while the caller, a task, does.
  bool runs_one_task_at_a_time_here() const noexcept;
  /// Whether all tasks run on the calling thread.
  bool is_only_worker_here() const noexcept;
  /// Between a canceller's mark and its look for a hook. Where all tasks run on this thread, none
  /// is between the two itself.
  void order_before_hooks() const noexcept {
    if (!is_only_worker_here()) seldom_order();
  }

private:
  friend class homes;
  friend class worker;

  enum class routing : unsigned char { to_any_worker, by_seed, to_home };

  static constexpr std::uint32_t running = 0;
  static constexpr auto stand_by = std::chrono::milliseconds(5);  // under gil
  static constexpr std::uint32_t parked_on_futex = 1;
  static constexpr std::uint32_t parked_in_io = 2;
  static constexpr std::uint32_t all_workers = UINT32_MAX;  // admitted, from stop() on

  // Whether this thread is a worker of this scheduler.
  bool is_here() const noexcept { return this_worker != nullptr && &this_worker->core() == this; }
  bool has_queue_here() const noexcept { return routing_ == routing::to_any_worker && is_here(); }
  bool stopping() const noexcept { return stopping_.load(std::memory_order_seq_cst) != 0; }
  bool has_gil() const noexcept { return gil_.has_value(); }

  bool admits(unsigned id) const noexcept { return id < admitted_.load(std::memory_order_relaxed); }
  void wait_for_admission(unsigned id) noexcept;
  void wait_for_run() noexcept { wait_for_admission(0); }
  void admit(std::uint32_t count) noexcept;

  static routing routing_of(const model& m) noexcept;
  void make_workers();
  void start_threads();
  void join_threads();
  void start_supervisor();
  task<> supervise();
  void start_early() noexcept;
  void open_root() noexcept;
  void run_workers();
  void end_run();
  void stop() noexcept;
  void route(task_handle h);

  void wake_one_if_useful() noexcept;
  void wake_one() noexcept;
  void unpark(worker& w) noexcept;
  void monitor();
  void look_after(worker& w);
  bool needs_a_spare(worker& w, std::uint64_t idle) noexcept;

  /// When a worker that looked at I/O and timers last woke another to do so.
  time_point handed_over() const noexcept {
    return time_point(duration(handed_over_.load(std::memory_order_relaxed)));
  }
  void note_hand_over(time_point now) noexcept {
    handed_over_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }
  /// Under gil: whether somebody has to be woken who takes the I/O if it is left alone. Asks once.
  bool nobody_stands_by() noexcept;
  bool any_backlog() const noexcept;
  time_point next_timer() const noexcept;
  time_point keep_time(bool in_io) noexcept;
  void stop_keeping(time_point until) noexcept;
  duration time_until(time_point when) const noexcept;  // for a wait: negative for ever

  void make_drawable(task_handle h);
  task_handle draw();        // deterministic mode: the next task by seed
  void advance_or_report();  // deterministic mode: nothing is ready
  std::string describe_waiting();

  scheduler& owner_;
  const model model_;
  const io_kind io_kind_;
  const routing routing_;
  const unsigned regular_;  // workers that the model asks for; those behind them are spares
  std::vector<std::unique_ptr<worker>> workers_;
  std::optional<homes> homes_;
  std::optional<gil_lock> gil_;
  injection_queue injected_;
  atomic<io_driver*> io_{nullptr};
  os_mutex attach_mutex_;
  std::unique_ptr<io_driver> owned_io_;

  alignas(64) atomic<std::uint64_t> idle_{0};  // a bit a parked worker
  atomic<unsigned> searching_{0};
  atomic<duration::rep> handed_over_{0};
  atomic<duration::rep> kept_until_{time_point::max().time_since_epoch().count()};
  atomic<std::uint32_t> admitted_;
  counter spares_released_;            // the monitor counts
  atomic<std::uint32_t> stopping_{0};  // the monitor sleeps on it

  os_mutex early_mutex_;            // for the next two
  std::vector<task_handle> early_;  // spawned while no run() was under way
  bool is_running_ = false;
  atomic<bool> takes_spawns_{false};
  std::vector<os_thread> threads_;  // of a run, where there are no homes
  join_state main_;

  // Deterministic mode.
  std::vector<task_handle> drawable_;
  atomic<duration::rep> virtual_now_{0};
  std::uint64_t seed_state_ = 0;
  std::exception_ptr deadlock_;
  bool is_stuck_ = false;
  std::optional<wait_notes> notes_;

  scope_registry scopes_;
  detail::lock_waits lock_waits_;
  blocking_pool blocking_;
  std::unique_ptr<task_scope> supervision_;  // for the task that ends the run
  std::unique_ptr<task_scope> root_;
};

/// For debuggers and profilers.
void name_thread(const std::string& name);

/// Says on standard error that a background task ended with an exception nobody will collect.
void report_unhandled(const std::exception_ptr& error) noexcept;

}  // namespace weft::detail
