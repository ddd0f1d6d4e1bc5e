#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/detail/wait_list.hpp>
#include <weft/runtime/task.hpp>

#include <bit>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace weft {

template <std::copyable T>
class broadcast;

/// One subscription: sees every value that was sent after it was made. It must end before its
/// broadcast does, and must not move while somebody waits in it.
template <std::copyable T>
class broadcast_receiver {
public:
  /// What recv() returns; awaited at once.
  class [[nodiscard("a receive does nothing until it is awaited")]] awaiter : detail::queue_wait {
  public:
    explicit awaiter(broadcast_receiver& r) noexcept : queue_wait(r.from_->queue_), receiver_(r) {}

    // The lock stays held: for await_suspend() where this returns false, else for await_resume().
    bool await_ready() noexcept {
      queue_.lock.lock();
      return has_lock_ = receiver_.can_read();
    }
    std::coroutine_handle<> await_suspend(detail::suspension h) noexcept {
      return suspend(h.task(), "broadcast::recv");
    }
    result<T> await_resume() {
      resume();
      if (outcome == detail::wait_outcome::canceled) return condition::canceled;
      if (!has_lock_) queue_.lock.lock();
      const std::lock_guard held(queue_.lock, std::adopt_lock);
      return receiver_.read();
    }

  private:
    broadcast_receiver& receiver_;
    bool has_lock_ = false;
  };

  explicit broadcast_receiver(broadcast<T>& from) noexcept : from_(&from) {
    std::lock_guard held(from.queue_.lock);
    ++from.subscribers_;
    next_ = from.next_;
  }
  broadcast_receiver(broadcast_receiver&& other) noexcept
      : from_(std::exchange(other.from_, nullptr)), next_(other.next_), missed_(other.missed_) {}
  broadcast_receiver& operator=(broadcast_receiver&& other) noexcept {
    std::swap(from_, other.from_);
    std::swap(next_, other.next_);
    std::swap(missed_, other.missed_);
    return *this;
  }
  ~broadcast_receiver() {
    if (from_ == nullptr) return;
    std::lock_guard held(from_->queue_.lock);
    --from_->subscribers_;
  }

  /// Waits for the next value. One caller at a time.
  ///
  /// A receiver that is more than the capacity behind has lost the oldest values: it gets
  /// condition::limit_exceeded once, missed() says how many, and goes on with the oldest there is.
  /// Cancel   nothing is lost
  /// @errors  condition::eof after close(), when all values have been received;
  ///          condition::limit_exceeded; condition::canceled
  /// @throws  what copying the value throws; it can be received again then
  awaiter recv() noexcept { return awaiter(*this); }

  /// As recv(), for a thread that runs no tasks. @throws std::logic_error in a task
  result<T> blocking_recv() {
    detail::require_no_task("broadcast::blocking_recv()");
    detail::thread_wait self;
    from_->queue_.lock.lock();
    if (!can_read()) {
      self.sleep_in(from_->queue_.waiters, from_->queue_.lock);
      from_->queue_.lock.lock();
    }
    const std::lock_guard held(from_->queue_.lock, std::adopt_lock);
    return read();
  }

  /// How many values the last condition::limit_exceeded stood for.
  std::uint64_t missed() const noexcept { return missed_; }

private:
  // Both with the lock held.
  bool can_read() const noexcept { return next_ != from_->next_ || from_->closed_; }
  result<T> read() {
    const std::uint64_t oldest =
        from_->next_ > from_->capacity_ ? from_->next_ - from_->capacity_ : 0;
    if (next_ < oldest) {
      missed_ = oldest - std::exchange(next_, oldest);
      return condition::limit_exceeded;
    }
    if (next_ == from_->next_) return condition::eof;
    result<T> value(*from_->slot(next_));
    ++next_;
    return value;
  }

  broadcast<T>* from_;
  std::uint64_t next_ = 0;
  std::uint64_t missed_ = 0;
};

/// Values that go to all who listen: each receiver gets a copy of each value that was sent after it
/// subscribed, in order.
///
///     weft::broadcast<price> prices(64);
///     auto mine = prices.subscribe();
///     while (auto p = co_await mine.recv()) show(*p);
///
/// The last `capacity` values are kept. A sender never waits: a receiver that falls further behind
/// loses the oldest values and is told how many, so that one slow listener holds nobody up. Where
/// no value may be lost, give each receiver a channel.
/// Concurrent  every call, from any thread; a receiver has one user
/// Cost        no allocation after the start; a copy for each receiver, under a lock: share large
///             values by std::shared_ptr<const T>
template <std::copyable T>
class broadcast {
public:
  /// @param capacity  values, at least 1
  explicit broadcast(std::size_t capacity)
      : capacity_(capacity != 0 ? capacity : 1), slots_(std::bit_ceil(capacity_)) {}
  ~broadcast() {
    if (subscribers_ == 0) return;
    std::fputs("weft: a weft::broadcast was destroyed before its receivers\n", stderr);
    std::abort();
  }
  broadcast(const broadcast&) = delete;
  broadcast& operator=(const broadcast&) = delete;

  broadcast_receiver<T> subscribe() noexcept { return broadcast_receiver<T>(*this); }

  /// Gives the value to all receivers, without waiting.
  /// @return how many there are; 0 after close() too: the value is gone then
  std::size_t send(T value) {
    detail::waiter* woken = nullptr;
    std::size_t receivers = 0;
    {
      std::lock_guard held(queue_.lock);
      if (closed_ || subscribers_ == 0) return 0;
      slot(next_) = std::move(value);
      ++next_;
      receivers = subscribers_;
      woken = queue_.waiters.claim_all(detail::wait_outcome::granted);
    }
    detail::wake_all(woken);
    return receivers;
  }

  /// No value can be sent any more; receivers get what is left, then condition::eof.
  void close() noexcept {
    detail::waiter* woken = nullptr;
    {
      std::lock_guard held(queue_.lock);
      closed_ = true;
      woken = queue_.waiters.claim_all(detail::wait_outcome::granted);
    }
    detail::wake_all(woken);
  }

private:
  friend class broadcast_receiver<T>;

  std::optional<T>& slot(std::uint64_t number) noexcept {
    return slots_[number & (slots_.size() - 1)];
  }

  const std::size_t capacity_;
  detail::wait_queue queue_;  // its lock is for all below
  std::vector<std::optional<T>> slots_;
  std::uint64_t next_ = 0;  // the number of the next value
  std::size_t subscribers_ = 0;
  bool closed_ = false;
};

}  // namespace weft
