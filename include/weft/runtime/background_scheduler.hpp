#pragma once

#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/event.hpp>
#include <weft/runtime/model.hpp>
#include <weft/runtime/scheduler.hpp>

namespace weft {

/// A scheduler that runs beside an existing program, on threads of its own.
///
///     weft::background_scheduler weft_side(parallel{2});
///     auto answer = weft::submit(weft_side.tasks(), compute());
///
/// Work comes in through tasks(): submit(), scheduler::spawn(), or async_run() from Asio code.
/// Concurrent  every call, from any thread that is no worker of it
/// Cost        one thread more than the model has workers
class background_scheduler {
public:
  /// Runs on return.
  /// @throws std::invalid_argument for the deterministic model: nothing outside may wake its tasks
  explicit background_scheduler(const model& m = parallel{}, io_kind io = io_kind::automatic);
  /// As stop().
  ~background_scheduler();
  background_scheduler(const background_scheduler&) = delete;
  background_scheduler& operator=(const background_scheduler&) = delete;

  scheduler& tasks() noexcept { return scheduler_; }

  /// Cancels the tasks that are left and returns when they have ended. What is spawned later never
  /// runs and is destroyed with this object. Stopping again does nothing.
  void stop();

private:
  task<> wait_for_stop();

  scheduler scheduler_;
  event stop_requested_;
  detail::os_mutex joining_;
  detail::os_thread thread_;
};

}  // namespace weft
