#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/spinlock.hpp>
#include <weft/runtime/task_context.hpp>
#include <weft/runtime/wait_list.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace weft {

template <class T>
class send_awaiter;
template <class T>
class recv_awaiter;

/// Values that go from tasks to tasks in order, at most `capacity` of them on the way.
///
/// With capacity 0 a send ends only when a receiver has taken the value. A value that meets a
/// waiting receiver goes straight into its hands. Several tasks may send and receive; each value
/// is received once.
/// Concurrent  every call, from any worker; the try_ calls from any thread
/// Cost        no allocation for a rendezvous; one lock of a few instructions a call
/// @example tests/unit/runtime/channel_test.cpp:ping_pong
template <std::movable T>
class channel {
public:
  explicit channel(std::size_t capacity = 0) : core_(capacity) {}
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;

  /// Waits for room, or for a receiver.
  /// Cancel  the value was not sent; it is gone with the awaiter
  /// @errors condition::closed, condition::canceled
  send_awaiter<T> send(T value) { return send_awaiter<T>(core_, std::move(value)); }

  /// Waits for a value.
  /// Cancel  no value is lost
  /// @errors condition::eof after close(), when all values have been taken; condition::canceled
  recv_awaiter<T> recv() { return recv_awaiter<T>(core_); }

  /// @return false where it would have to wait or the channel is closed; the value is untouched
  /// then
  bool try_send(T& value) {
    std::unique_lock lock(core_.lock);
    return !core_.closed && core_.deliver(value, lock);
  }
  std::optional<T> try_recv() {
    std::unique_lock lock(core_.lock);
    return core_.take(lock);
  }

  /// No value can be sent any more; what is on the way can still be received. Waiting senders get
  /// condition::closed, and waiting receivers condition::eof. Closing again does nothing.
  void close() { core_.close(); }

private:
  friend class send_awaiter<T>;
  friend class recv_awaiter<T>;

  // A waiting sender's slot holds its value, a waiting receiver's slot is where it wants one.
  struct exchange : detail::waiter {
    std::optional<T> slot;
    std::error_code outcome;
  };

  struct state {
    explicit state(std::size_t most) : capacity(most) {}

    // Each ends with the lock released where it made a task ready.
    bool deliver(T& value, std::unique_lock<detail::spinlock>& held);
    std::optional<T> take(std::unique_lock<detail::spinlock>& held);
    void close();

    detail::spinlock lock;  // for all below
    const std::size_t capacity;
    std::deque<T> buffered;
    detail::wait_list senders;
    detail::wait_list receivers;
    bool closed = false;
  };

  state core_;
};

namespace detail {

/// Suspends in one of a channel's lists until a partner, close() or a cancel comes.
template <class Exchange>
class channel_wait : public cancel_hook, public Exchange {
public:
  channel_wait(spinlock& lock, wait_list& list, const char* what) noexcept
      : cancel_hook(&cut_short), lock_(lock), list_(list), what_(what) {}
  channel_wait(const channel_wait&) = delete;
  channel_wait& operator=(const channel_wait&) = delete;

protected:
  /// With the channel's lock held, which it releases.
  std::coroutine_handle<> suspend(task_handle h, std::unique_lock<spinlock>& held) noexcept {
    this->task = h;
    task_context& context = *h.promise().context;
    context.waits_for = what_;
    if (!context.publish(*this)) {
      this->outcome = condition::canceled;
      held.unlock();
      return h;
    }
    suspended_ = true;
    list_.push_back(*this);
    held.unlock();
    return next_ready();
  }
  void resume() noexcept {
    if (suspended_) this->task.promise().context->withdraw(*this);
    suspended_ = false;
  }

private:
  static void cut_short(cancel_hook& hook) noexcept {
    auto& self = static_cast<channel_wait&>(hook);
    {
      std::lock_guard held(self.lock_);
      if (!self.queued) return;
      self.list_.remove(self);
      self.outcome = condition::canceled;
    }
    make_ready(self.task);
  }

  spinlock& lock_;
  wait_list& list_;
  const char* what_;
  bool suspended_ = false;
};

}  // namespace detail

template <class T>
class [[nodiscard("a send does nothing until it is awaited")]] send_awaiter
    : detail::channel_wait<typename channel<T>::exchange> {
public:
  send_awaiter(typename channel<T>::state& core, T value)
      : send_awaiter::channel_wait(core.lock, core.senders, "channel::send"), core_(core) {
    this->slot.emplace(std::move(value));
  }

  bool await_ready() const noexcept { return false; }
  template <detail::weft_promise Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> h) {
    std::unique_lock held(core_.lock);
    if (core_.closed) {
      this->outcome = condition::closed;
      return h;
    }
    if (core_.deliver(*this->slot, held)) return h;
    return this->suspend(detail::erase(h), held);
  }
  result<void> await_resume() noexcept {
    this->resume();
    if (this->outcome) return this->outcome;
    return {};
  }

private:
  typename channel<T>::state& core_;
};

template <class T>
class [[nodiscard("a receive does nothing until it is awaited")]] recv_awaiter
    : detail::channel_wait<typename channel<T>::exchange> {
public:
  explicit recv_awaiter(typename channel<T>::state& core)
      : recv_awaiter::channel_wait(core.lock, core.receivers, "channel::recv"), core_(core) {}

  bool await_ready() const noexcept { return false; }
  template <detail::weft_promise Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> h) {
    std::unique_lock held(core_.lock);
    this->slot = core_.take(held);
    if (this->slot) return h;
    if (core_.closed) {
      this->outcome = condition::eof;
      return h;
    }
    return this->suspend(detail::erase(h), held);
  }
  result<T> await_resume() noexcept(std::is_nothrow_move_constructible_v<T>) {
    this->resume();
    if (this->outcome) return this->outcome;
    return std::move(*this->slot);
  }

private:
  typename channel<T>::state& core_;
};

template <std::movable T>
bool channel<T>::state::deliver(T& value, std::unique_lock<detail::spinlock>& held) {
  if (detail::waiter* w = receivers.pop_front()) {
    static_cast<exchange*>(w)->slot.emplace(std::move(value));
    const detail::task_handle receiver = w->task;
    held.unlock();
    detail::make_ready(receiver);
    return true;
  }
  if (buffered.size() >= capacity) return false;
  buffered.push_back(std::move(value));
  return true;
}

template <std::movable T>
std::optional<T> channel<T>::state::take(std::unique_lock<detail::spinlock>& held) {
  std::optional<T> value;
  if (!buffered.empty()) {
    value.emplace(std::move(buffered.front()));
    buffered.pop_front();
  }
  detail::waiter* w = senders.pop_front();
  if (w == nullptr) return value;
  auto& slot = static_cast<exchange*>(w)->slot;
  if (value) buffered.push_back(std::move(*slot));
  else value.emplace(std::move(*slot));
  const detail::task_handle sender = w->task;
  held.unlock();
  detail::make_ready(sender);
  return value;
}

template <std::movable T>
void channel<T>::state::close() {
  detail::wait_list all;
  {
    std::lock_guard held(lock);
    closed = true;
    while (detail::waiter* w = senders.pop_front()) {
      static_cast<exchange*>(w)->outcome = condition::closed;
      all.push_back(*w);
    }
    while (detail::waiter* w = receivers.pop_front()) {
      static_cast<exchange*>(w)->outcome = condition::eof;
      all.push_back(*w);
    }
    // Under the lock: `queued` is true until a waiter leaves `all`, and a canceller must not look.
    for (detail::waiter* w = all.pop_front(); w != nullptr; w = all.pop_front()) {
      detail::make_ready(w->task);
    }
  }
}

}  // namespace weft
