#pragma once

#include <weft/base/clock.hpp>
#include <weft/runtime/task_dump.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace weft {

class scheduler;

/// A task that has held its thread for too long, as a stall_watch found it.
struct stall_report {
  std::string_view model;  ///< "gil": the thread held the lock all the time
  unsigned worker = 0;
  /// The task's number, as in traces and dumps. 0 where it is not known: a forked task whose forker
  /// has not gone on is in no list to be found in.
  std::uint32_t task = 0;
  await_place since;           ///< the await it came back from, or its coroutine if there was none
  duration lasted{};           ///< so far: the task goes on
  duration on_cpu{};           ///< of that, time that its thread computed
  duration waited_for_core{};  ///< of that, time that the kernel let others run
  std::uint64_t left_out = 0;  ///< stalls since the last report that were too many to report

  /// Whether the thread mostly slept in a call: that belongs into blocking().
  bool is_blocked() const noexcept { return (on_cpu + waited_for_core) * 2 < lasted; }
  /// One line for a log.
  std::string text() const;
};

struct stall_options {
  /// Time in which the thread computes or sleeps; what the kernel lets others run does not count.
  duration threshold = std::chrono::milliseconds(50);
  /// At most one report in so much time; a slice that still lasts is reported again after it.
  duration pause = std::chrono::seconds(1);
  /// Called on the watch's thread. None: one line on standard error.
  std::function<void(const stall_report&)> report;
};

/// Watches a scheduler's workers, while it lives, for tasks that hold one of them, the event loop
/// or the GIL over a threshold without a wait.
///
/// Under the GIL-style model a task that lets go at a checkpoint() starts anew. Time that a worker
/// spends without a task is no stall.
/// Concurrent  made and destroyed on any thread, the scheduler outlives it
/// Cost        one thread, that looks four times in a threshold
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
