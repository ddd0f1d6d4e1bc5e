#pragma once

#include <weft/base/clock.hpp>
#include <weft/runtime/spinlock.hpp>
#include <weft/runtime/task.hpp>
#include <weft/runtime/threading.hpp>
#include <weft/runtime/wait_list.hpp>

#include <cstdint>
#include <utility>

namespace weft {

/// One task at a time; a task that has to wait lets its worker go on.
///
/// An unlock lets a running task take the mutex before the waiters (barging), since a hand-over to
/// a sleeping task makes everybody queue behind its wake-up. A waiter that has waited for 1 ms is
/// handed the mutex directly, so none starves.
///
/// Prefer guarded<T> where the mutex protects data.
/// Concurrent  lock() from any task; unlock from any worker
/// Cancel      lock() is not cancellable: holds are short, a hold across a long wait is the mistake
class mutex {
public:
  /// Unlocks at the end of its scope.
  class [[nodiscard("the mutex is unlocked when this goes out of scope")]] lock_guard {
  public:
    explicit lock_guard(mutex& held) noexcept : held_(&held) {}
    lock_guard(lock_guard&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    lock_guard& operator=(lock_guard&&) = delete;
    ~lock_guard() {
      if (held_ != nullptr) held_->unlock();
    }

  private:
    mutex* held_;
  };

  mutex() = default;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;
  ~mutex();

  task<lock_guard> lock();
  bool try_lock() noexcept;

private:
  class turn;

  // Bits of state_.
  static constexpr std::uint32_t locked = 1;
  static constexpr std::uint32_t contended = 2;  // waiters_ is not empty

  void unlock() noexcept;
  void wake_next() noexcept;

  detail::atomic<std::uint32_t> state_{0};
  detail::spinlock waiters_lock_;
  detail::wait_list waiters_;
};

}  // namespace weft
