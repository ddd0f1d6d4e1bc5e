#pragma once

#include <weft/base/counter.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/metrics.hpp>

#include <chrono>
#include <cstdint>

namespace weft::detail {

/// The one lock of the GIL-style model, by CPython's rules.
///
/// It is a flag under a mutex. A waiter waits one interval; only if that ran out, the lock is still
/// held and it did not pass to another thread meanwhile does it ask the holder to drop it. A holder
/// that dropped on request waits until another has it (forced switch), one that released for I/O
/// does not. There is no queue: the kernel's wake order decides.
/// @source Python/ceval_gil.c, take_gil and drop_gil
class gil_lock {
public:
  explicit gil_lock(std::chrono::nanoseconds switch_interval) : interval_(switch_interval) {}

  void acquire();
  /// Before waiting for anything but the lock.
  void release();
  /// At a checkpoint where drop_requested(): lets a waiter have it, then acquires it again.
  void drop_on_request();

  gil_metrics metrics() const noexcept;
  const atomic<bool>& drop_requested() const noexcept { return drop_requested_; }

private:
  void wait_for_turn(std::unique_lock<os_mutex>& lock);

  const std::chrono::nanoseconds interval_;
  os_mutex mutex_;
  os_condition released_;
  os_condition switched_;
  atomic<bool> drop_requested_{false};
  bool held_ = false;
  unsigned waiters_ = 0;
  os_thread::id last_holder_;
  std::uint64_t switches_ = 0;  // how often last_holder_ changed
  // As gil_metrics; counted under the mutex.
  counter counted_waits_;
  counter counted_switches_;
  counter counted_requests_;
};

}  // namespace weft::detail
