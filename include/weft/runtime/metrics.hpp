#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft {

/// What one worker has done since its scheduler was made.
struct worker_metrics {
  unsigned id = 0;
  bool is_spare = false;           ///< runs tasks only while others are in long slices
  std::uint64_t slices = 0;        ///< times that it gave control to a task
  std::uint64_t steals = 0;        ///< tasks it took from other workers
  std::uint64_t steal_misses = 0;  ///< searches that found nothing to steal
  std::uint64_t parks = 0;         ///< times it slept because nothing was ready
  std::uint64_t polls = 0;         ///< looks at I/O between tasks
  std::uint64_t timers_fired = 0;  ///< sleeps and deadlines that it ended
  std::size_t queued = 0;          ///< ready tasks that wait in its own queue now
};

/// The lock of the model `gil`; all zero under the others.
struct gil_metrics {
  std::uint64_t waits = 0;          ///< times that a thread found it taken
  std::uint64_t switches = 0;       ///< times that it went to another thread
  std::uint64_t drop_requests = 0;  ///< times that a thread had waited for a whole interval
};

/// The threads for blocking().
struct blocking_metrics {
  std::uint64_t calls = 0;  ///< ever made
  std::size_t queued = 0;   ///< calls that wait for a thread now
  std::size_t threads = 0;  ///< that exist now
  std::size_t running = 0;  ///< of them, those in a call
};

/// What scheduler::metrics() returns: a copy.
struct scheduler_metrics {
  std::vector<worker_metrics> workers;
  std::size_t injected = 0;           ///< ready tasks that came from other threads and wait
  std::uint64_t spares_released = 0;  ///< times that a spare worker was let run
  gil_metrics gil;
  blocking_metrics blocking;

  /// All workers' numbers added up; `id` and `is_spare` mean nothing in it.
  worker_metrics total() const noexcept;
};

}  // namespace weft
