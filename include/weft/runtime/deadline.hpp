#pragma once

#include <weft/base/clock.hpp>
#include <weft/base/error.hpp>
#include <weft/runtime/detail/scope_run.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/detail/timer.hpp>
#include <weft/runtime/task.hpp>

#include <exception>
#include <system_error>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// Cancels a scope at a point in time. Lives beside the scope, and goes before it.
class scope_deadline : timer {
public:
  /// @param error  what the scope fails with; without one it is only cancelled
  explicit scope_deadline(task_scope& scope, std::exception_ptr error = nullptr) noexcept
      : timer(&expire), scope_(scope), error_(std::move(error)) {}
  ~scope_deadline() { disarm(); }

  /// Once. Where the time is over already, the scope is cancelled at once.
  void arm(time_point when);
  /// After this nothing touches the scope.
  void disarm() noexcept;
  bool passed() const noexcept { return fired_.load(std::memory_order_acquire); }

private:
  static void expire(timer& timer) noexcept;
  void fire() noexcept;

  task_scope& scope_;
  std::exception_ptr error_;
  bool armed_ = false;
  atomic<bool> fired_{false};  // the expiry's last touch
};

/// A duration from the await on, or a point in time.
class time_limit {
public:
  explicit time_limit(duration wait) noexcept : value_(wait), is_relative_(true) {}
  explicit time_limit(time_point when) noexcept
      : value_(when.time_since_epoch()), is_relative_(false) {}
  /// On the clock of that scheduler.
  time_point on(const scheduler_core& core) const noexcept;

private:
  duration value_;
  bool is_relative_;
};

template <class T>
struct limited_type {
  using type = result<T>;
};
template <class T>
struct limited_type<result<T>> {
  using type = result<T>;
};
template <class T>
using limited = typename limited_type<T>::type;

/// Whether the error says that the task was cancelled, which is what a deadline does to it.
bool is_cancel(const std::exception_ptr& error) noexcept;

/// What a task that has ended gives, seen from its deadline.
template <class T>
limited<T> result_by_deadline(task_scope& scope, scoped_child<T>& ended, bool is_late) {
  const auto error = scope.take_error();
  if (error && !(is_late && is_cancel(error))) std::rethrow_exception(error);
  if (error) return make_error_code(condition::timed_out);
  if constexpr (returns_result<T>) {
    auto value = ended.take();
    if (is_late && !value) return make_error_code(condition::timed_out);
    return value;
  } else if (is_late) {
    return make_error_code(condition::timed_out);
  } else if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return ended.take();
  }
}

template <class T>
task<limited<T>> run_limited(time_limit limit, task<T> inner) {
  auto& core = running_core("with_deadline");
  const time_point when = limit.on(core);
  task_scope scope(core, task_scope::kind::group);
  scope_deadline deadline(scope);
  deadline.arm(when);
  if (deadline.passed()) co_return make_error_code(condition::timed_out);
  scoped_child<T> child(std::move(inner));
  scope_run run(scope, child.adopt(scope), "with_deadline", outer_cancel::passes_in);
  co_await run;
  deadline.disarm();
  co_return result_by_deadline(scope, child, deadline.passed());
}

}  // namespace detail

/// Runs a task that is cancelled at a point on the scheduler's clock.
///
///     auto reply = co_await with_deadline(until, fetch(url));
///     if (!reply && reply.error() == condition::timed_out) ...
///
/// Deadlines nest, and the nearest one ends the task. A task whose deadline has passed is not
/// started. What the task starts with go() is under the deadline too and ends with it.
/// Completes  when the task has ended, also after the deadline: a task that waits for nothing, or
///            does not look at what its waits return, is not stopped by it
/// Cancel     passes through to the task; that is no timeout, its own result comes back
/// Cost       two frames and a context from the thread's pool, a timer in the frame; no queue
/// @return    the task's value. A task that returns a result<> keeps it as it is; after the
///            deadline its value still counts, and its error becomes condition::timed_out. Of any
///            other task the value is lost after the deadline
/// @errors    condition::timed_out
/// @throws    what the task throws; a std::system_error that says canceled becomes timed_out
template <class T>
task<detail::limited<T>> with_deadline(time_point when, task<T> inner) {
  return detail::run_limited(detail::time_limit(when), std::move(inner));
}

/// As with_deadline(), a time from now on: from when this is awaited.
/// Cancel  passes through to the task, as with with_deadline()
template <class T>
task<detail::limited<T>> with_timeout(duration wait, task<T> inner) {
  return detail::run_limited(detail::time_limit(wait), std::move(inner));
}

}  // namespace weft
