#pragma once

#include <weft/runtime/detail/ring.hpp>
#include <weft/runtime/detail/spinlock.hpp>
#include <weft/runtime/detail/trace_point.hpp>
#include <weft/runtime/detail/wait_list.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

// A channel's state: a lock, a ring, and who waits on either side.
//
// While values are in the ring no receiver waits, and while it has room no sender does (a select's
// case that has lost may stand in either list). So a value from a sender that meets a waiting
// receiver goes straight into its hands, and order is kept.
// The waiter's place is where the partner puts the value (a receiver's optional<T>), or finds out
// where it is (a sender's T*). Moves happen under the lock, so they must not throw.

namespace weft::detail {

struct channel_base {
  channel_base() = default;
  ~channel_base() {
    require_no_waiters(senders, "weft::channel");
    require_no_waiters(receivers, "weft::channel");
  }
  channel_base(const channel_base&) = delete;
  channel_base& operator=(const channel_base&) = delete;

  void close() noexcept;

  /// A value was handed to the receiver, or put into the buffer where that is null.
  void trace_put(const waiter* receiver) const noexcept {
    if (is_tracing()) [[unlikely]]
      write_transfer(
          this, receiver != nullptr && receiver->task ? receiver->task.promise().context : nullptr);
  }
  /// The caller has taken a value.
  void trace_take() const noexcept {
    if (is_tracing()) [[unlikely]]
      write_transfer_here(this);
  }

  spinlock lock;  // for all below
  bool closed = false;
  wait_list senders;
  wait_list receivers;
};

/// What an attempt without waiting came to.
struct transfer {
  bool done;
  waiter* partner;  // to be woken when the lock is released; may be null
};

template <class T>
struct channel_core : channel_base {
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "a channel moves its values under a lock: the move must not throw");

  explicit channel_core(std::size_t capacity) : buffered(capacity) {}

  /// With the lock held, and not closed. The value is moved from only where it is done.
  transfer put(T& value) noexcept {
    if (waiter* receiver = receivers.claim_front()) {
      static_cast<std::optional<T>*>(receiver->place())->emplace(std::move(value));
      trace_put(receiver);
      return {true, receiver};
    }
    if (buffered.full()) return {false, nullptr};
    buffered.push(std::move(value));
    trace_put(nullptr);
    return {true, nullptr};
  }

  /// With the lock held.
  transfer take(std::optional<T>& slot) noexcept {
    if (buffered.empty()) {
      waiter* sender = senders.claim_front();
      if (sender == nullptr) return {false, nullptr};
      slot.emplace(std::move(value_of(*sender)));
      trace_take();
      return {true, sender};
    }
    buffered.pop_into(slot);
    trace_take();
    waiter* sender = senders.claim_front();
    if (sender != nullptr) buffered.push(std::move(value_of(*sender)));
    return {true, sender};
  }

  /// As put() and take(), without the lock held. Where it is not done, and only there, the lock is
  /// held on return: the caller goes on to wait, or releases it.
  bool send_now(T& value, wait_outcome& outcome) noexcept {
    lock.lock();
    if (closed) outcome = wait_outcome::closed;
    return settle(closed ? transfer{true, nullptr} : put(value));
  }
  bool receive_now(std::optional<T>& slot, wait_outcome& outcome) noexcept {
    lock.lock();
    const transfer taken = take(slot);
    if (taken.done || !closed) return settle(taken);
    outcome = wait_outcome::closed;
    return settle({true, nullptr});
  }

  ring<T> buffered;

private:
  static T& value_of(waiter& sender) noexcept { return **static_cast<T**>(sender.place()); }

  bool settle(transfer t) noexcept {
    if (!t.done) return false;
    lock.unlock();
    if (t.partner != nullptr) wake(*t.partner);
    return true;
  }
};

/// A task's wait in a channel.
class channel_wait : public list_wait {
protected:
  enum class side { sender, receiver };

  channel_wait(channel_base& channel, side s) noexcept
      : list_wait(s == side::sender ? &stop_sending : &stop_receiving), channel_(channel) {}

  std::coroutine_handle<> wait_in(wait_list& list, task_handle h, const char* what) noexcept {
    trace_block(&channel_, *h.promise().context);
    return suspend(h, list, channel_.lock, what);
  }

  channel_base& channel_;

private:
  static void stop_sending(cancel_hook& hook) noexcept;
  static void stop_receiving(cancel_hook& hook) noexcept;
};

}  // namespace weft::detail
