#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/detail/wait_list.hpp>
#include <weft/runtime/task.hpp>

#include <coroutine>
#include <cstddef>

namespace weft {

/// A count of work that is under way; tasks wait until it is zero.
///
/// For work that is no task of one's own: callbacks, foreign threads, pieces that are counted while
/// they are found. Tasks belong in a task_group, which also joins and cancels them.
/// Concurrent  every call, from any thread; who waited may destroy the group at once
/// Cost        no allocation; one lock of a few instructions a call
class wait_group {
public:
  /// What wait() returns; awaited at once.
  class [[nodiscard("a wait does nothing until it is awaited")]] awaiter : detail::queue_wait {
  public:
    explicit awaiter(wait_group& group) noexcept : queue_wait(group.queue_), group_(group) {}

    bool await_ready() noexcept;
    std::coroutine_handle<> await_suspend(detail::suspension h) noexcept {
      return suspend(h.task(), "wait_group::wait");
    }
    result<void> await_resume() noexcept { return finish(); }

  private:
    wait_group& group_;
  };

  explicit wait_group(std::size_t count = 0) noexcept : count_(count) {}
  ~wait_group() { detail::require_no_waiters(queue_.waiters, "weft::wait_group"); }
  wait_group(const wait_group&) = delete;
  wait_group& operator=(const wait_group&) = delete;

  /// Adds work, before it can end.
  void add(std::size_t count = 1) noexcept;
  /// Ends work. The call that brings the count to zero wakes all that wait. Ending more than was
  /// added ends the program.
  void done(std::size_t count = 1) noexcept;

  /// Waits until the count is zero; not at all where it is. The group can be used again then.
  /// Cancel   nothing is lost
  /// @errors  condition::canceled
  awaiter wait() noexcept { return awaiter(*this); }

private:
  detail::wait_queue queue_;
  std::size_t count_;  // under the lock
};

}  // namespace weft
