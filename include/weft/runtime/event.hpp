#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/detail/wait_list.hpp>
#include <weft/runtime/task.hpp>

#include <coroutine>

namespace weft {

/// A flag that tasks wait for: closed at first, open after set(), until reset().
///
///     weft::event ready;
///     thread.post([&] { load(); ready.set(); });
///     auto waited = co_await ready.wait();
///
/// All that wait go on at once. For one value to one receiver take oneshot<T>.
/// Concurrent  every call, from any thread; who waited may destroy the event at once
/// Cost        no allocation; one lock of a few instructions a call
class event {
public:
  /// What wait() returns; awaited at once.
  class [[nodiscard("a wait does nothing until it is awaited")]] awaiter : detail::queue_wait {
  public:
    explicit awaiter(event& e) noexcept : queue_wait(e.queue_), event_(e) {}

    bool await_ready() noexcept;
    std::coroutine_handle<> await_suspend(detail::suspension h) noexcept {
      return suspend(h.task(), "event::wait");
    }
    result<void> await_resume() noexcept { return finish(); }

  private:
    event& event_;
  };

  event() noexcept = default;
  ~event() { detail::require_no_waiters(queue_.waiters, "weft::event"); }
  event(const event&) = delete;
  event& operator=(const event&) = delete;

  /// Opens the event and wakes all that wait. Setting it again does nothing.
  void set() noexcept;
  /// Closes the event for those that come from now on; who was woken stays woken.
  void reset() noexcept;
  /// A look, out of date at once: true is no leave to destroy the event, a wait that ended is.
  bool is_set() const noexcept { return is_set_.load(std::memory_order_acquire); }

  /// Waits until the event is set; not at all where it is.
  /// Cancel   nothing is lost
  /// @errors  condition::canceled
  awaiter wait() noexcept { return awaiter(*this); }

private:
  detail::wait_queue queue_;
  detail::atomic<bool> is_set_{false};  // written under the lock
};

}  // namespace weft
