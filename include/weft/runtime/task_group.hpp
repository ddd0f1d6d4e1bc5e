#pragma once

#include <weft/base/clock.hpp>
#include <weft/base/error.hpp>
#include <weft/runtime/detail/join_state.hpp>
#include <weft/runtime/detail/task_scope.hpp>

#include <coroutine>
#include <exception>
#include <memory>
#include <source_location>
#include <utility>

namespace weft {

namespace detail {

class scope_deadline;

/// Waits until a spawned task has ended. Cancelling the waiter cancels the task, and still waits.
class join_awaiter : cancel_hook {
public:
  /// @throws std::logic_error where the handle is empty
  explicit join_awaiter(join_state& state) : cancel_hook(nullptr), state_(state) {
    if (!state) refuse_second_join();
  }

  bool await_ready() const noexcept { return state_.ended(); }
  std::coroutine_handle<> await_suspend(suspension h) noexcept { return suspend(h.task()); }
  void await_resume() noexcept {
    if (has_suspended()) end_wait();
  }

protected:
  join_state& state_;

private:
  [[noreturn]] static void refuse_second_join();
  bool has_suspended() const noexcept { return is_set(); }
  std::coroutine_handle<> suspend(task_handle h) noexcept;
  void end_wait() noexcept;
  static void pass_on(cancel_hook& hook) noexcept;
};

/// Waits until a scope has no children. Cancelling the waiter cancels them, and still waits.
class scope_awaiter : cancel_hook {
public:
  explicit scope_awaiter(task_scope& scope) noexcept : cancel_hook(&pass_on), scope_(scope) {}

  bool await_ready() const noexcept { return false; }
  bool await_suspend(suspension h) noexcept { return suspend(h.task()); }
  void await_resume() noexcept { context_->withdraw(*this); }

private:
  bool suspend(task_handle h) noexcept;
  static void pass_on(cancel_hook& hook) noexcept;

  task_scope& scope_;
  task_context* context_ = nullptr;
};

/// Starts a task that a join_handle will collect or drop.
/// @throws std::bad_alloc: then the task is still the caller's
template <class T>
task_context& spawn(task_scope& scope, task<T>& t, placement home, std::source_location where) {
  task_context& child = scope.spawn(erase(t.frame()), true, home, where);
  t.release();
  return noted(child, where);
}

}  // namespace detail

template <class T>
class join_result;

/// The result of a task that runs beside its starter.
///
/// Dropping it lets the task go on; its scope still joins it.
template <class T = void>
class join_handle {
public:
  join_handle(detail::task_context& context) noexcept : state_(context) {}

  /// Waits for the task. Once; the handle is empty afterwards. A second join beside the first ends
  /// the process with a message.
  /// Cancel  cancels the task too, then still waits for its end: nothing is left running
  /// @return awaitable; the task's result  @throws what the task threw; std::logic_error where
  ///         the task was joined before
  join_result<T> join() { return join_result<T>(state_); }

  /// Also true after the join.
  bool ended() const noexcept { return state_.ended(); }
  /// Asks the task to end: its waits return condition::canceled from now on. Nothing where it has
  /// been joined.
  void cancel() noexcept { state_.cancel(); }

private:
  detail::join_state state_;
};

/// What join_handle::join() returns; awaited at once.
template <class T>
class [[nodiscard("a join does nothing until it is awaited")]] join_result
    : public detail::join_awaiter {
public:
  explicit join_result(detail::join_state& state) : join_awaiter(state) {}

  T await_resume() {
    join_awaiter::await_resume();
    collect_at_exit guard(state_);
    return std::coroutine_handle<detail::task_promise<T>>::from_address(state_.frame().address())
        .promise()
        .take();
  }

private:
  struct collect_at_exit {
    explicit collect_at_exit(detail::join_state& s) noexcept : state(s) {}
    ~collect_at_exit() { state.collect(); }
    detail::join_state& state;
  };
};

/// Starts a task beside the caller, in the caller's scope: the task_group it was started in, or the
/// scheduler's root. The task does not run before the caller suspends or another worker takes it.
///
/// @param where  for traces and reports: leave it out
/// @throws std::logic_error outside of tasks (there scheduler::run() and spawn() start one);
///         std::bad_alloc: then nothing was started, as in all that start tasks
template <class T>
join_handle<T> go(task<T> t, std::source_location where = std::source_location::current()) {
  auto& scope = detail::require_context("go()").scope();
  return detail::spawn(scope, t, detail::placement::beside, where);
}

/// What fork() returns; awaited at once.
template <class T>
class [[nodiscard("a fork does nothing until it is awaited")]] fork_awaiter {
public:
  /// @param scope  null for the caller's
  fork_awaiter(task<T> child, detail::task_scope* scope) noexcept
      : child_(std::move(child)), scope_(scope) {}

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(detail::suspension h) {
    const auto forker = h.task();
    detail::task_scope& scope = scope_ != nullptr ? *scope_ : forker.promise().context->scope();
    const auto child = detail::erase(child_.frame());
    scope.fork(child, forker);
    // From here on the caller may go on elsewhere.
    return detail::run_forked(child, forker);
  }
  join_handle<T> await_resume() noexcept {
    detail::task_context& context = *child_.release().promise().context;
    context.scope().adopt_forked(context);
    return context;
  }

private:
  task<T> child_;
  detail::task_scope* scope_;
};

/// Starts a task in the caller's scope as go() does, but the task runs at once on this worker, and
/// the caller goes on when it ends or waits, or earlier on a worker that has nothing to do.
///
///     auto left = co_await fork(sum(first, middle));
///     const long right = co_await sum(middle, last);
///     co_return co_await left.join() + right;
///
/// For divide and conquer: while nobody steals, a fork costs little more than a co_await, and the
/// number of live tasks is that of the sequential recursion.
/// Cancel  not cancellable: the forker goes on when its turn comes. The child is of the scope; a
///         cancel of that reaches it when its forker has gone on, and a cancel of the forker when
///         it joins
template <class T>
fork_awaiter<T> fork(task<T> t) {
  return fork_awaiter<T>(std::move(t), nullptr);
}

/// A scope for tasks: it does not end before its children have.
///
///     task_group group;
///     group.go(fetch(a));
///     group.go(fetch(b));
///     co_await group.join();
///
/// The first child that ends with an exception cancels the others, and join() rethrows it. Every
/// group must be joined before it is destroyed, also when its owner leaves by an exception: use
/// with_group() where that can happen.
class task_group {
public:
  /// @throws std::logic_error outside of tasks
  task_group();
  /// A group with a deadline on the scheduler's clock: when it passes before a join has ended, the
  /// children are cancelled as if one had failed, and join() throws std::system_error with
  /// condition::timed_out, unless a child has failed before. With the join the deadline is over.
  explicit task_group(time_point deadline);
  ~task_group();
  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;

  template <class T>
  join_handle<T> go(task<T> t, std::source_location where = std::source_location::current()) {
    return detail::spawn(scope_, t, detail::placement::beside, where);
  }

  /// As weft::fork(), with this group as the scope.
  /// Cancel  as weft::fork(): a cancel of the group reaches the child when its forker has gone on
  template <class T>
  fork_awaiter<T> fork(task<T> t) {
    return fork_awaiter<T>(std::move(t), &scope_);
  }

  /// As go(), for children that have little to do with each other, such as connections: under
  /// `sharded` they go to the shards in turn instead of staying on the caller's.
  template <class T>
  join_handle<T> deal(task<T> t, std::source_location where = std::source_location::current()) {
    return detail::spawn(scope_, t, detail::placement::dealt, where);
  }

  /// Waits for all children. The group can be used again afterwards.
  /// Concurrent  one join at a time; two end the process with a message
  /// Cancel      cancels the children, then still waits for them
  /// @throws the first exception that ended a child; std::system_error where the deadline passed
  task<> join();

  /// Asks all children, and those that are started later, to end.
  void cancel() noexcept { scope_.cancel(); }
  std::size_t live() const noexcept { return scope_.live(); }

private:
  detail::task_scope scope_;
  std::unique_ptr<detail::scope_deadline> deadline_;
};

/// Runs `body(group)` and joins the group however the body ends.
///
/// Cancel  reaches the body, and the children when the group is joined; nothing is left running
/// @param body  a function that takes task_group& and returns task<>; it must not be a lambda with
///              captures (they would die before the coroutine): pass what it needs as `args`
/// @param args  kept until the end. With g++ 12 an aggregate has a name before the co_await
///              statement
template <class Body, class... Args>
task<> with_group(Body body, Args... args) {
  task_group group;
  std::exception_ptr error;
  try {
    co_await body(group, std::move(args)...);
  } catch (...) {
    error = std::current_exception();
    group.cancel();
  }
  if (error) {
    try {
      co_await group.join();
    } catch (...) {
      // The body's own error came first.
    }
    std::rethrow_exception(error);
  }
  co_await group.join();
}

/// Whether the running task has been asked to end; false outside of tasks.
bool cancel_requested() noexcept;

}  // namespace weft
