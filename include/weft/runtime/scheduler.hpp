#pragma once

#include <weft/base/clock.hpp>
#include <weft/runtime/detail/join_state.hpp>
#include <weft/runtime/io_kind.hpp>
#include <weft/runtime/model.hpp>

#include <memory>
#include <stdexcept>
#include <string>

namespace weft {

struct scheduler_metrics;

namespace detail {
class scheduler_core;
}

/// Thrown by scheduler::run() in deterministic mode when no task can run any more: the text names
/// each waiting task, where it was started, what it waits in, and the cycles of mutexes and joins.
class deadlock_error : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

/// Threads that run tasks under one model.
///
/// One object serves all models; nothing else in the program depends on which was chosen.
class scheduler {
public:
  explicit scheduler(const model& m = parallel{}, io_kind io = io_kind::automatic);
  ~scheduler();
  scheduler(const scheduler&) = delete;
  scheduler& operator=(const scheduler&) = delete;

  /// Runs a task and everything it starts, and returns its result.
  ///
  /// The calling thread is the first worker. When the task has ended, background tasks that are
  /// left are cancelled and joined, so nothing runs any more on return.
  /// @throws what the task threw; deadlock_error in deterministic mode; std::logic_error while
  ///         another run() of this scheduler is under way; std::system_error where the system gives
  ///         no thread, and std::bad_alloc: then nothing has run
  template <class T>
  T run(task<T> main);

  /// Starts a background task, from any thread. Where no main task runs it waits for the next
  /// run(); what no run() has started is destroyed with the scheduler. An exception that leaves the
  /// task is reported on standard error.
  template <class T>
  void spawn(task<T> t) {
    spawn_background(detail::erase(t.frame()));
    t.release();
  }

  const model& chosen_model() const noexcept;
  /// The time that sleeps and deadlines go by: the steady clock, or virtual time.
  time_point now() const noexcept;

  /// What its workers, queues and locks have done so far, and how much waits now. Include
  /// <weft/runtime/metrics.hpp>.
  /// Concurrent  any thread, while tasks run: each number is right, but they are of no one moment
  /// Cost        a few loads a worker and two locks; counting costs tasks one store each
  scheduler_metrics metrics() const;

  /// The scheduler whose task runs on this thread. @throws std::logic_error outside of tasks
  static scheduler& current();

  detail::scheduler_core& core() noexcept { return *core_; }

private:
  void spawn_background(detail::task_handle frame);
  void begin_run(detail::task_handle main);
  detail::join_state run_until_ended();

  std::unique_ptr<detail::scheduler_core> core_;
};

template <class T>
T scheduler::run(task<T> main) {
  const auto frame = main.frame();
  begin_run(detail::erase(frame));
  main.release();
  detail::join_state state = run_until_ended();
  struct collect_at_exit {
    detail::join_state& state;
    ~collect_at_exit() { state.collect(); }
  } guard{state};
  return frame.promise().take();
}

}  // namespace weft
