#pragma once

#include <weft/base/clock.hpp>
#include <weft/runtime/task_dump.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace weft {

class scheduler;

/// A task that has held its thread, or a mutex that others wait for, for too long, as a stall_watch
/// found it.
struct stall_report {
  enum class resource { thread, lock };

  resource held = resource::thread;
  std::string_view model;  ///< "gil": the thread held the lock all the time
  /// The task's number, as in traces and dumps. 0 where it is not known. Of a thread: a forked task
  /// whose forker has not gone on is in no list to be found in. Of a lock: a thread that runs no
  /// tasks has it, or it was locked before the watch was there.
  std::uint32_t task = 0;
  duration lasted{};           ///< so far: the task goes on
  std::uint64_t left_out = 0;  ///< stalls since the last report that were too many to report

  // Of a thread.
  unsigned worker = 0;
  await_place since;           ///< the await it came back from, or its coroutine if there was none
  duration on_cpu{};           ///< of `lasted`, time that its thread computed
  duration waited_for_core{};  ///< of `lasted`, time that the kernel let others run

  // Of a lock. `lasted` is the time in which the watch saw that others wait.
  task_state holder;        ///< what a dump says of it; number 0: no more is known
  task_state first_waiter;  ///< who waits longest
  std::size_t waiting = 0;  ///< tasks

  /// Whether the thread mostly slept in a call: that belongs into blocking().
  bool is_blocked() const noexcept {
    return held == resource::thread && (on_cpu + waited_for_core) * 2 < lasted;
  }
  /// One line for a log.
  std::string text() const;
};

struct stall_options {
  /// Of a thread, time in which it computes or sleeps: what the kernel lets others run does not
  /// count. Of a lock, time.
  duration threshold = std::chrono::milliseconds(50);
  /// At most one report of threads and one of locks in so much time; a stall that still lasts is
  /// reported again after it.
  duration pause = std::chrono::seconds(1);
  /// Called on the watch's thread. None: one line on standard error.
  std::function<void(const stall_report&)> report;
};

/// Watches a scheduler, while it lives, for tasks that hold over a threshold a worker, the event
/// loop or the GIL without a wait, or a mutex (also a guarded<T>) that other tasks wait for.
///
/// Under the GIL-style model a task that lets go at a checkpoint() starts anew. Time that a worker
/// spends without a task is no stall. A mutex that nobody waits for may be held for ever.
/// Concurrent  made and destroyed on any thread, the scheduler outlives it
/// Cost        one thread, that looks four times in a threshold; some ns for each lock of a mutex,
///             which notes who has it while any watch lives
class stall_watch {
public:
  explicit stall_watch(scheduler& watched, const stall_options& options = {});
  ~stall_watch();
  stall_watch(const stall_watch&) = delete;
  stall_watch& operator=(const stall_watch&) = delete;

private:
  class watcher;
  std::unique_ptr<watcher> watcher_;
};

}  // namespace weft
