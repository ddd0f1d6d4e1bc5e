#pragma once

#include <weft/base/clock.hpp>

#include <cstdint>

namespace weft::detail {

class cancel_hook;
class task_context;
class timer_heap;

/// A point in time at which something happens. Lives in its user's frame: starting one allocates
/// nothing. It must be stopped, or have fired, before it is destroyed.
class timer {
public:
  /// Called on a worker when the time has come, outside of any lock; it must not block.
  using function = void (*)(timer&) noexcept;
  explicit timer(function on_expiry) noexcept : on_expiry_(on_expiry) {}
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;

  /// Arms the timer on the calling worker, or from elsewhere on any worker of the scheduler whose
  /// task runs here. The timer must not be armed.
  /// @throws std::bad_alloc: then nothing has happened
  void start(time_point when);
  /// As start(), and publishes the hook in one step: a canceller finds the timer armed, and the
  /// timer cannot fire before the hook is out.
  /// @return false where the task is cancelled already; then the timer is not armed
  bool start(time_point when, task_context& context, cancel_hook& hook);
  /// @return true where the timer was armed and will not fire any more
  bool stop() noexcept;

private:
  friend class timer_heap;

  static constexpr std::uint32_t idle = ~std::uint32_t{0};

  timer_heap* heap_ = nullptr;
  function on_expiry_;
  // In the heap; under the heap's lock. Last: awaiters pack behind it.
  std::uint32_t position_ = idle;
};

}  // namespace weft::detail
