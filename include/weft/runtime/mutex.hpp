#pragma once

#include <weft/base/clock.hpp>
#include <weft/runtime/detail/spinlock.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/detail/wait_list.hpp>
#include <weft/runtime/detail/wait_notes.hpp>
#include <weft/runtime/task.hpp>

#include <cstdint>
#include <utility>

namespace weft {

namespace detail {

class lock_waits;

}  // namespace detail

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
  /// Unlocks at the end of its scope, which ends the process where the mutex is not locked then.
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

  /// What lock() returns; awaited at once. Only where it has to wait it takes a frame.
  class [[nodiscard("a lock does nothing until it is awaited")]] awaiter {
  public:
    explicit awaiter(mutex& m) noexcept : mutex_(m) {}
    awaiter(const awaiter&) = delete;
    awaiter& operator=(const awaiter&) = delete;

    bool await_ready() const noexcept { return mutex_.try_lock(); }
    std::coroutine_handle<> await_suspend(detail::suspension h) {
      slow_ = mutex_.lock_slowly().release();
      slow_.promise().caller = h.task();
      slow_.promise().context = h.task().promise().context;
      return slow_;
    }
    [[nodiscard("the mutex is unlocked when this goes out of scope")]] lock_guard
    await_resume() noexcept {
      if (slow_) slow_.destroy();
      return lock_guard(mutex_);
    }

  private:
    mutex& mutex_;
    std::coroutine_handle<task<>::promise_type> slow_;
  };

  mutex() = default;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;
  ~mutex();

  /// Waits until the mutex is free, or handed over.
  /// Cancel  not cancellable: also a cancelled task waits, and gets it
  /// Cost    no frame and one read-modify-write where it is free; else a frame and a wait
  awaiter lock() noexcept { return awaiter(*this); }
  /// @return whether it is locked now: make a lock_guard
  bool try_lock() noexcept {
    if (detail::notes_holders()) [[unlikely]]
      return try_lock_and_note();
    return try_take(locked);
  }

private:
  friend class detail::lock_waits;
  class turn;

  // Bits of state_. Above them stands, while a stall_watch looks at mutexes, the holder's number.
  static constexpr std::uint32_t locked = 1;
  static constexpr std::uint32_t contended = 2;  // waiters_ is not empty
  static constexpr unsigned holder_shift = 2;

  bool try_take(std::uint32_t taken) noexcept {
    auto seen = state_.load(std::memory_order_relaxed);
    while ((seen & locked) == 0) {
      if (!state_.compare_exchange_weak(seen, seen | taken, std::memory_order_acquire)) continue;
      detail::trace_lock(trace_kind::lock_acquired, this);
      return true;
    }
    return false;
  }
  bool try_lock_and_note() noexcept;
  static std::uint32_t held_by(detail::task_context* holder) noexcept;
  task<> lock_slowly();
  void unlock() noexcept {
    detail::trace_lock(trace_kind::lock_released, this);
    std::uint32_t expected = locked;
    if (state_.compare_exchange_strong(expected, 0, std::memory_order_release)) return;
    unlock_slowly(expected);
  }
  void unlock_slowly(std::uint32_t seen) noexcept;
  void wake_next() noexcept;

  detail::atomic<std::uint32_t> state_{0};
  detail::spinlock waiters_lock_;           // for the rest
  std::uint16_t unlocks_with_waiters_ = 0;  // while it stays, so does who makes others wait
  detail::wait_list waiters_;
};

}  // namespace weft
