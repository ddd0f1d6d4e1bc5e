#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/detail/wait_list.hpp>
#include <weft/runtime/task.hpp>

#include <concepts>
#include <coroutine>
#include <mutex>
#include <optional>
#include <utility>

namespace weft {

namespace detail {

// What the two ends share: it goes with the later one, since either may go first.
template <class T>
struct oneshot_state {
  wait_queue queue;  // its lock is for all below
  std::optional<T> value;
  bool ended = false;  // no value comes any more, beyond what is there
  bool wanted = true;
  atomic<bool> has_one_owner{false};

  void drop() noexcept {
    if (has_one_owner.exchange(true, std::memory_order_acq_rel)) delete this;
  }
};

}  // namespace detail

/// The end that gives the value. Dropping it without one tells the receiver.
template <std::movable T>
class oneshot_sender {
public:
  explicit oneshot_sender(detail::oneshot_state<T>* state) noexcept : state_(state) {}
  oneshot_sender(oneshot_sender&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  oneshot_sender& operator=(oneshot_sender&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~oneshot_sender() {
    if (state_ != nullptr) end(nullptr);
  }

  /// Gives the value, without waiting. Once.
  /// @return false where nobody will receive it: the receiver is gone, or a value was sent before
  bool send(T value) noexcept { return state_ != nullptr && end(&value); }

  /// Whether a receiver is left: a look, for work that nobody waits for any more.
  bool is_wanted() const noexcept {
    if (state_ == nullptr) return false;
    std::lock_guard held(state_->queue.lock);
    return state_->wanted;
  }

private:
  bool end(T* value) noexcept {
    detail::oneshot_state<T>& state = *std::exchange(state_, nullptr);
    detail::waiter* woken = nullptr;
    bool is_taken = false;
    {
      std::lock_guard held(state.queue.lock);
      is_taken = value != nullptr && state.wanted;
      if (is_taken) state.value.emplace(std::move(*value));
      state.ended = true;
      woken = state.queue.waiters.claim_front();
    }
    if (woken != nullptr) detail::wake(*woken);
    state.drop();
    return is_taken;
  }

  detail::oneshot_state<T>* state_;
};

/// The end that waits for the value.
template <std::movable T>
class oneshot_receiver {
public:
  /// What recv() returns; awaited at once.
  class [[nodiscard("a receive does nothing until it is awaited")]] awaiter : detail::queue_wait {
  public:
    explicit awaiter(detail::oneshot_state<T>& state) noexcept
        : queue_wait(state.queue), state_(state) {}

    // The lock stays held for await_suspend() where this returns false.
    bool await_ready() noexcept {
      state_.queue.lock.lock();
      if (!state_.ended) return false;
      state_.queue.lock.unlock();
      return true;
    }
    std::coroutine_handle<> await_suspend(detail::suspension h) noexcept {
      return suspend(h.task(), "oneshot::recv");
    }
    result<T> await_resume() noexcept {
      resume();
      if (outcome == detail::wait_outcome::canceled) return condition::canceled;
      return take(state_);
    }

  private:
    detail::oneshot_state<T>& state_;
  };

  explicit oneshot_receiver(detail::oneshot_state<T>* state) noexcept : state_(state) {}
  oneshot_receiver(oneshot_receiver&& other) noexcept
      : state_(std::exchange(other.state_, nullptr)) {}
  oneshot_receiver& operator=(oneshot_receiver&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~oneshot_receiver() {
    if (state_ == nullptr) return;
    detail::require_no_waiters(state_->queue.waiters, "weft::oneshot_receiver");
    {
      std::lock_guard held(state_->queue.lock);
      state_->wanted = false;
    }
    state_->drop();
  }

  /// Waits for the value. One caller at a time.
  /// Cancel   nothing is lost: another recv() gets the value
  /// @errors  condition::eof where the sender went without a value, or it was received before;
  ///          condition::canceled
  awaiter recv() noexcept { return awaiter(*state_); }
  /// As recv(), for a thread that runs no tasks. @throws std::logic_error in a task
  result<T> blocking_recv() {
    detail::require_no_task("oneshot::blocking_recv()");
    detail::thread_wait self;
    state_->queue.lock.lock();
    if (state_->ended) state_->queue.lock.unlock();
    else self.sleep_in(state_->queue.waiters, state_->queue.lock);
    return take(*state_);
  }
  /// @return nothing where there is no value yet, or never
  std::optional<T> try_recv() noexcept {
    std::lock_guard held(state_->queue.lock);
    return std::exchange(state_->value, std::nullopt);
  }

private:
  // The sender has ended, so nobody else touches the value.
  static result<T> take(detail::oneshot_state<T>& state) noexcept {
    if (!state.value) return condition::eof;
    result<T> taken(std::move(*state.value));
    state.value.reset();
    return taken;
  }

  detail::oneshot_state<T>* state_;
};

/// One value from one place to another, once: the answer to a request, the end of a piece of work.
///
///     weft::oneshot<int> answer;
///     thread.post([to = std::move(answer.sender)]() mutable { to.send(42); });
///     auto got = co_await answer.receiver.recv();
///
/// The ends move apart: each may be in another task or thread, and may go first.
/// Concurrent  one user of each end, each on any thread
/// Cost        one allocation for both ends; one lock of a few instructions a call
template <std::movable T>
class oneshot {
  static_assert(std::is_nothrow_move_constructible_v<T>, "values are moved under a lock");

public:
  oneshot() : oneshot(new detail::oneshot_state<T>) {}

  oneshot_sender<T> sender;
  oneshot_receiver<T> receiver;

private:
  explicit oneshot(detail::oneshot_state<T>* state) noexcept : sender(state), receiver(state) {}
};

}  // namespace weft
