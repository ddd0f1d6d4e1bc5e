#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/detail/wait_list.hpp>
#include <weft/runtime/task.hpp>

#include <concepts>
#include <coroutine>
#include <functional>
#include <type_traits>
#include <utility>

namespace weft {

/// Something that is done once, by whoever needs it first; the others wait until it is done.
///
///     weft::once connected;
///     auto ready = co_await connected.call(connect_to_database, std::ref(pool));
///
/// Concurrent  every call, from any task
/// Cost        no allocation beyond the frames; where it is done, one lock of a few instructions
class once {
  enum class state { idle, running, done };

  /// Whose turn it is: true where the caller has to do it, false where it is done.
  class first_or_wait : detail::queue_wait {
  public:
    explicit first_or_wait(once& o) noexcept : queue_wait(o.queue_), once_(o) {}

    bool await_ready() noexcept;
    std::coroutine_handle<> await_suspend(detail::suspension h) noexcept {
      return suspend(h.task(), "once::call");
    }
    result<bool> await_resume() noexcept;

  private:
    once& once_;
  };

  /// The turn of the one that does it: passed on at the end of its scope, unless it succeeded.
  class turn {
  public:
    explicit turn(once& o) noexcept : once_(o) {}
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn() { succeeded ? once_.finish() : once_.pass_on(); }

    bool succeeded = false;

  private:
    once& once_;
  };

public:
  once() noexcept = default;
  ~once() { detail::require_no_waiters(queue_.waiters, "weft::once"); }
  once(const once&) = delete;
  once& operator=(const once&) = delete;

  /// Awaits `function(args...)` if nobody has done so with success; else waits for who is at it.
  ///
  /// Failure is an exception or a result without a value. Then the next one that waits or comes has
  /// the turn, with its own function.
  /// Cancel   of one that waits: condition::canceled; of the one at it: as the function says
  /// @param function  returns a task<> or a task<result<void>>
  /// @param args      kept until the end. With g++ 12 an aggregate has a name before the co_await
  ///                  statement
  /// @errors  the function's own, for the one whose turn it was; condition::canceled
  /// @throws  what the function throws, for the one whose turn it was
  template <class Function, class... Args>
  task<result<void>> call(Function function, Args... args) {
    using outcome = typename std::invoke_result_t<Function&, Args&...>::value_type;
    auto is_first = co_await first_or_wait(*this);
    if (!is_first) co_return is_first.error();
    if (!*is_first) co_return result<void>();
    turn mine(*this);
    if constexpr (std::is_void_v<outcome>) {
      co_await std::invoke(function, args...);
    } else {
      static_assert(std::same_as<outcome, result<void>>);
      outcome ended = co_await std::invoke(function, args...);
      if (!ended) co_return ended;
    }
    mine.succeeded = true;
    co_return result<void>();
  }

  /// A look, out of date at once.
  bool is_done() const noexcept { return state_.load(std::memory_order_acquire) == state::done; }

private:
  void finish() noexcept;
  void pass_on() noexcept;

  detail::wait_queue queue_;
  detail::atomic<state> state_{state::idle};  // written under the lock
};

}  // namespace weft
