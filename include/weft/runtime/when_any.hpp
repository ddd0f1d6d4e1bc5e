#pragma once

#include <weft/runtime/detail/scope_run.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/task.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace weft {

/// The first of several tasks of one type to end.
template <class T>
struct first_of {
  first_of(std::size_t i, T v) : index(i), value(std::move(v)) {}

  std::size_t index;
  T value;
};

namespace detail {

/// Where the first competitor leaves what it has; it cancels the others.
template <class Value>
class finish_line {
public:
  explicit finish_line(task_scope& scope) noexcept : scope_(scope) {}

  /// @return whether the caller is the first, who then leaves something
  bool cross() noexcept {
    if (crossed_.exchange(true, std::memory_order_acq_rel)) return false;
    was_cancelled_ = scope_.cancelled();
    scope_.cancel();
    return true;
  }
  template <class... Args>
  void leave(Args&&... args) {
    value_.emplace(std::forward<Args>(args)...);
  }
  void leave_error(std::exception_ptr error) noexcept { error_ = std::move(error); }

  /// When all competitors have ended.
  Value take() {
    // What a competitor started with go() may have failed before anybody was here.
    if (was_cancelled_) rethrow_error(scope_);
    if (error_) std::rethrow_exception(std::move(error_));
    return std::move(*value_);
  }

private:
  task_scope& scope_;
  atomic<bool> crossed_{false};
  bool was_cancelled_ = false;
  std::optional<Value> value_;
  std::exception_ptr error_;
};

/// @param place  what the value's constructor gets in front of the task's own value
template <class Value, class T, class Place>
task<> compete(task<T> competitor, finish_line<Value>& line, Place place) {
  bool is_first = false;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(competitor);
      is_first = line.cross();
      if (is_first) line.leave(place, std::monostate());
    } else {
      T value = co_await std::move(competitor);
      is_first = line.cross();
      if (is_first) line.leave(place, std::move(value));
    }
  } catch (...) {
    if (is_first || line.cross()) line.leave_error(std::current_exception());
  }
}

template <class Value, class... Ts, std::size_t... Index>
auto line_up(std::index_sequence<Index...>, finish_line<Value>& line, task<Ts>&... tasks) {
  return std::array<scoped_child<void>, sizeof...(Ts)>{
      scoped_child<void>(compete(std::move(tasks), line, std::in_place_index<Index>))...};
}

}  // namespace detail

/// Runs the tasks beside each other until one has ended, and cancels the others.
///
///     auto answer = co_await when_any(ask(nearby), ask(far_away));
///     if (answer.index() == 0) ...
///
/// "Ended" means with anything: a value, an error in a result<>, an exception. It returns when the
/// losers have ended too, so that nothing of theirs runs on. A task without a value stands as
/// std::monostate.
/// Completes   when every task, and what they started with go(), has ended
/// Cancel      cancels all tasks, then still waits for them; the first to end still wins. Values
///             and exceptions of losers are dropped
/// Concurrent  the first task starts at once on this worker, the others are queued
/// Cost        two frames and a context a task, from the thread's pool
/// @return the winner's value; index() tells which task it was  @throws what the winner threw
template <class... Ts>
  requires(sizeof...(Ts) > 0)
task<std::variant<detail::storable<Ts>...>> when_any(task<Ts>... tasks) {
  detail::task_scope scope(detail::running_core("when_any"), detail::task_scope::kind::group);
  detail::finish_line<std::variant<detail::storable<Ts>...>> line(scope);
  auto children = detail::line_up(std::index_sequence_for<Ts...>(), line, tasks...);
  detail::scope_run run(scope, detail::start(children, scope), "when_any",
                        detail::outer_cancel::passes_in);
  co_await run;
  co_return line.take();
}

/// As above, for as many tasks as there are at run time, at least one.
///
/// Cancel  as above
/// @return which task has won, and its value  @throws std::invalid_argument where there is no task
template <class T>
task<first_of<detail::storable<T>>> when_any(std::vector<task<T>> tasks) {
  if (tasks.empty()) throw std::invalid_argument("when_any() of no tasks would never end");
  detail::task_scope scope(detail::running_core("when_any"), detail::task_scope::kind::group);
  detail::finish_line<first_of<detail::storable<T>>> line(scope);
  std::vector<detail::scoped_child<void>> children;
  children.reserve(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    children.emplace_back(detail::compete(std::move(tasks[i]), line, i));
  }
  detail::scope_run run(scope, detail::start(children, scope), "when_any",
                        detail::outer_cancel::passes_in);
  co_await run;
  co_return line.take();
}

}  // namespace weft
