#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/detail/wait_list.hpp>
#include <weft/runtime/task.hpp>

#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>

namespace weft {

/// A number of permits; who finds too few waits. Limits how many tasks do a thing at once.
///
///     weft::semaphore places(8);
///     auto permit = co_await places.acquire();
///     if (!permit) co_return;                    // cancelled
///
/// First come, first served: a request that cannot be met yet holds up the ones behind it, so that
/// a large one is not starved by small ones. With one permit it is a mutex whose wait can be
/// cancelled.
/// Concurrent  every call, from any thread
/// Cost        no allocation; one lock of a few instructions a call
class semaphore {
public:
  /// Gives its permits back at the end of its scope.
  class [[nodiscard("the permits go back when this goes out of scope")]] permit {
  public:
    permit(semaphore& from, std::size_t count) noexcept : from_(&from), count_(count) {}
    permit(permit&& other) noexcept
        : from_(std::exchange(other.from_, nullptr)), count_(other.count_) {}
    permit& operator=(permit&& other) noexcept {
      if (this != &other) {
        give_back();
        from_ = std::exchange(other.from_, nullptr);
        count_ = other.count_;
      }
      return *this;
    }
    ~permit() { give_back(); }

    /// The permits do not go back by themselves: somebody calls release() for them.
    void forget() noexcept { from_ = nullptr; }

  private:
    void give_back() noexcept {
      if (from_ != nullptr) from_->release(count_);
    }

    semaphore* from_;
    std::size_t count_;
  };

  /// What acquire() returns; awaited at once.
  class [[nodiscard("an acquire does nothing until it is awaited")]] awaiter : detail::queue_wait {
  public:
    awaiter(semaphore& s, std::size_t count) noexcept
        : queue_wait(s.queue_, &cut_short), semaphore_(s), count_(count) {}

    bool await_ready() noexcept;
    std::coroutine_handle<> await_suspend(detail::suspension h) noexcept {
      return suspend(h.task(), "semaphore::acquire");
    }
    result<permit> await_resume() noexcept;

  private:
    friend class semaphore;

    static void cut_short(detail::cancel_hook& hook) noexcept;

    semaphore& semaphore_;
    const std::size_t count_;
  };

  explicit semaphore(std::size_t permits) noexcept : free_(permits) {}
  ~semaphore() { detail::require_no_waiters(queue_.waiters, "weft::semaphore"); }
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;

  /// Waits for `count` permits at once. More than there will ever be is waited for in vain.
  /// Cancel   takes none
  /// @errors  condition::canceled
  awaiter acquire(std::size_t count = 1) noexcept { return awaiter(*this, count); }
  /// @return nothing where it would have to wait, also for those that came before
  std::optional<permit> try_acquire(std::size_t count = 1) noexcept;

  /// Adds permits, whoever took them, and wakes whom they suffice for.
  void release(std::size_t count = 1) noexcept;

  /// A look, out of date at once.
  std::size_t available() const noexcept { return free_.load(std::memory_order_relaxed); }

private:
  bool take_unless_behind(std::size_t count) noexcept;
  detail::waiter* grant() noexcept;

  detail::wait_queue queue_;
  detail::atomic<std::size_t> free_;  // written under the lock
};

}  // namespace weft
