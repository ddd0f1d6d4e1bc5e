#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/detail/channel_core.hpp>
#include <weft/runtime/detail/task_context.hpp>
#include <weft/runtime/detail/wait_list.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>

namespace weft {

/// What channel::send() returns; awaited at once.
template <class T>
class [[nodiscard("a send does nothing until it is awaited")]] send_awaiter : detail::channel_wait {
public:
  send_awaiter(detail::channel_core<T>& core, T&& value) noexcept
      : channel_wait(core, side::sender), value_(std::move(value)) {
    set_place(&location_);
  }

  bool await_ready() noexcept {
    return static_cast<detail::channel_core<T>&>(channel_).send_now(value_, outcome);
  }
  std::coroutine_handle<> await_suspend(detail::suspension h) noexcept {
    return wait_in(channel_.senders, h.task(), "channel::send");
  }
  result<void> await_resume() noexcept { return finish(); }

private:
  T value_;
  T* location_ = &value_;
};

/// What channel::recv() returns; awaited at once.
template <class T>
class [[nodiscard("a receive does nothing until it is awaited")]] recv_awaiter
    : detail::channel_wait {
public:
  explicit recv_awaiter(detail::channel_core<T>& core) noexcept
      : channel_wait(core, side::receiver) {
    set_place(&slot_);
  }

  bool await_ready() noexcept {
    return static_cast<detail::channel_core<T>&>(channel_).receive_now(slot_, outcome);
  }
  std::coroutine_handle<> await_suspend(detail::suspension h) noexcept {
    return wait_in(channel_.receivers, h.task(), "channel::recv");
  }
  result<T> await_resume() noexcept {
    resume();
    if (slot_) [[likely]]
      return std::move(*slot_);
    return outcome == detail::wait_outcome::closed ? condition::eof : condition::canceled;
  }

private:
  std::optional<T> slot_;
};

namespace detail {

/// As the awaiters above, for threads that run no tasks.
template <class Place>
struct thread_transfer : thread_wait {
  explicit thread_transfer(Place p) noexcept : at(std::move(p)) { set_place(&at); }
  Place at;
};

}  // namespace detail

/// Values that go from tasks to tasks in order, at most `capacity` of them on the way.
///
/// With capacity 0 a send ends only when a receiver has taken the value. A value that meets a
/// waiting receiver goes straight into its hands. Several tasks may send and receive; each value
/// is received once. To take all there are:
///
///     while (auto value = co_await values.recv()) use(*value);
///
/// To wait for several channels at once, select() (select.hpp).
/// Concurrent  every call, from any worker; the try_ and blocking_ calls and close() from any
///             thread. Who received or saw the end may destroy the channel at once
/// Cost        the ring is allocated at the start, nothing after that; one lock of a few
///             instructions a call
/// @example tests/unit/runtime/channel_test.cpp:ping_pong
template <std::movable T>
class channel {
public:
  explicit channel(std::size_t capacity = 0) : core_(capacity) {}
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;

  /// Waits for room, or for a receiver.
  /// Cancel   the value was not sent; it is gone with the awaiter
  /// @errors  condition::closed, condition::canceled
  send_awaiter<T> send(T value) noexcept { return send_awaiter<T>(core_, std::move(value)); }

  /// Waits for a value.
  /// Cancel   no value is lost
  /// @errors  condition::eof after close(), when all values have been taken; condition::canceled
  recv_awaiter<T> recv() noexcept { return recv_awaiter<T>(core_); }

  /// @return false where it would have to wait or the channel is closed; it leaves the value then
  bool try_send(T& value) noexcept {
    auto outcome = detail::wait_outcome::granted;
    if (core_.send_now(value, outcome)) return outcome == detail::wait_outcome::granted;
    core_.lock.unlock();
    return false;
  }
  std::optional<T> try_recv() noexcept {
    auto outcome = detail::wait_outcome::granted;
    std::optional<T> value;
    if (!core_.receive_now(value, outcome)) core_.lock.unlock();
    return value;
  }

  /// As send(), for a thread that runs no tasks: it sleeps where it has to wait.
  /// @errors  condition::closed  @throws std::logic_error in a task
  result<void> blocking_send(T value) {
    detail::require_no_task("channel::blocking_send()");
    detail::thread_transfer<T*> self(&value);
    if (!core_.send_now(value, self.outcome)) self.sleep_in(core_.senders, core_.lock);
    if (self.outcome == detail::wait_outcome::closed) return condition::closed;
    return {};
  }
  /// As recv(), for a thread that runs no tasks: it sleeps where it has to wait.
  /// @errors  condition::eof  @throws std::logic_error in a task
  result<T> blocking_recv() {
    detail::require_no_task("channel::blocking_recv()");
    detail::thread_transfer<std::optional<T>> self(std::nullopt);
    if (!core_.receive_now(self.at, self.outcome)) self.sleep_in(core_.receivers, core_.lock);
    if (!self.at) return condition::eof;
    return std::move(*self.at);
  }

  /// No value can be sent any more; what is on the way can still be received. Waiting senders get
  /// condition::closed, and waiting receivers condition::eof. Closing again does nothing.
  void close() noexcept { core_.close(); }

  /// For select().
  detail::channel_core<T>& core() noexcept { return core_; }

private:
  detail::channel_core<T> core_;
};

}  // namespace weft
