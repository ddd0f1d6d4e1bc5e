#pragma once

#include <weft/runtime/detail/wait_list.hpp>
#include <weft/runtime/task.hpp>

#include <coroutine>
#include <cstddef>
#include <utility>

namespace weft {

/// Many readers or one writer; a task that has to wait lets its worker go on.
///
/// First come, first served: a reader that comes after a waiting writer waits behind it, so neither
/// side starves, and a task that reads must not ask to read again (a writer between the two would
/// wait for the first, and the second for the writer).
/// Pays where reads are long or wait; around a few instructions weft::mutex is cheaper.
/// Concurrent  lock() and lock_shared() from any task; the rest from any thread
/// Cancel      neither lock is cancellable, as mutex::lock()
/// Cost        no allocation; one lock of a few instructions a call
class shared_mutex {
  /// One wait; both kinds stand in one list.
  class wait : detail::cancel_hook, public detail::waiter {
  public:
    wait(shared_mutex& m, bool is_writer) noexcept
        : cancel_hook(&stay), mutex_(m), is_writer_(is_writer) {}
    wait(const wait&) = delete;
    wait& operator=(const wait&) = delete;

    bool await_ready() noexcept;
    std::coroutine_handle<> await_suspend(detail::suspension h) noexcept {
      return suspend(h.task());
    }

  protected:
    void end_wait() noexcept {
      if (is_published_) task.promise().context->withdraw(*this);
    }

    shared_mutex& mutex_;

  private:
    friend class shared_mutex;

    std::coroutine_handle<> suspend(detail::task_handle h) noexcept;
    static void stay(cancel_hook&) noexcept {}

    const bool is_writer_;
    bool is_published_ = false;  // a hook that no cancel heeds: it lets a dump look at the task
  };

  template <void (shared_mutex::*Unlock)() noexcept>
  class guard {
  public:
    explicit guard(shared_mutex& held) noexcept : held_(&held) {}
    guard(guard&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    guard& operator=(guard&&) = delete;
    ~guard() {
      if (held_ != nullptr) (held_->*Unlock)();
    }

  private:
    shared_mutex* held_;
  };

  void unlock() noexcept;
  void unlock_shared() noexcept;

public:
  /// Ends the writing at the end of its scope.
  using lock_guard = guard<&shared_mutex::unlock>;
  /// Ends the reading at the end of its scope.
  using shared_guard = guard<&shared_mutex::unlock_shared>;

  template <class Guard>
  class [[nodiscard("a lock does nothing until it is awaited")]] awaiter : public wait {
  public:
    using wait::wait;
    [[nodiscard("the mutex is unlocked when this goes out of scope")]] Guard
    await_resume() noexcept {
      this->end_wait();
      return Guard(this->mutex_);
    }
  };

  shared_mutex() noexcept = default;
  ~shared_mutex() { detail::require_no_waiters(queue_.waiters, "weft::shared_mutex"); }
  shared_mutex(const shared_mutex&) = delete;
  shared_mutex& operator=(const shared_mutex&) = delete;

  /// Waits until nobody reads or writes.
  /// Cancel  not cancellable: also a cancelled task waits, and gets it
  awaiter<lock_guard> lock() noexcept { return awaiter<lock_guard>(*this, true); }
  /// Waits until nobody writes, and no writer waits that came before.
  /// Cancel  as lock()
  awaiter<shared_guard> lock_shared() noexcept { return awaiter<shared_guard>(*this, false); }

  /// @return whether it is locked now: make a lock_guard
  bool try_lock() noexcept { return try_now(true); }
  /// @return whether it is locked for reading now: make a shared_guard
  bool try_lock_shared() noexcept { return try_now(false); }

private:
  bool admit(bool is_writer) noexcept;
  bool try_now(bool is_writer) noexcept;
  detail::waiter* grant() noexcept;

  detail::wait_queue queue_;  // its lock is for the next two
  std::size_t readers_ = 0;
  bool has_writer_ = false;
};

}  // namespace weft
