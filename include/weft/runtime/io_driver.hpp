#pragma once

#include <weft/base/clock.hpp>
#include <weft/runtime/io_kind.hpp>

#include <memory>

namespace weft {

/// Where readiness of sockets and signals comes from: the seam between the scheduler and the
/// operating system. At any time at most one worker holds a driver's token.
///
/// Completions call detail::make_ready(); they never resume a task inline.
class io_driver {
public:
  virtual ~io_driver() = default;

  /// Takes the token if it is free. Any worker, any time.
  virtual bool try_acquire() noexcept = 0;
  virtual void release() noexcept = 0;
  /// Delivers what is ready, without waiting. Holder of the token only.
  /// @return whether anything was delivered
  virtual bool poll() = 0;
  /// Waits until something was delivered, interrupt() was called, or the time is over. Holder of
  /// the token only. @param timeout  negative: no limit
  virtual void block(duration timeout) = 0;
  /// Ends the block() that runs or comes next. Any thread.
  virtual void interrupt() noexcept = 0;
};

using make_io_driver = std::unique_ptr<io_driver> (*)(io_kind);

/// The driver for the task that runs on this thread: its scheduler's, or under `sharded` and
/// `threads` its worker's own. `make` makes it on first use, of the kind that the scheduler was
/// made with; it lives as long as the scheduler.
/// @throws std::logic_error outside of tasks
io_driver& attached_io_driver(make_io_driver make);

}  // namespace weft
