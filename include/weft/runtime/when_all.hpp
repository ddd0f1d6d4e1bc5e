#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/detail/scope_run.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/task.hpp>

#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

template <class T>
struct unwrapped_type {
  using type = storable<T>;
};
template <class T>
struct unwrapped_type<result<T>> {
  using type = storable<T>;
};
/// What a child gives to the whole: its value without the result<> around it.
template <class T>
using unwrapped = typename unwrapped_type<T>::type;

template <class Whole, class... Ts>
using all_of = std::conditional_t<(returns_result<Ts> || ...), result<Whole>, Whole>;
template <class T>
using list_of = std::conditional_t<std::is_same_v<unwrapped<T>, std::monostate>, void,
                                   std::vector<unwrapped<T>>>;

/// The first error that a child returned in a result<>; it cancels the others.
class first_failure {
public:
  explicit first_failure(task_scope& scope) noexcept : scope_(scope) {}
  void offer(std::error_code code) noexcept;

  // When all children have ended.
  explicit operator bool() const noexcept { return offered_.load(std::memory_order_relaxed); }
  std::error_code code() const noexcept { return code_; }
  /// @throws the first exception of a child, unless this failure came before it
  void rethrow_what_came_before();

private:
  task_scope& scope_;
  atomic<bool> offered_{false};
  bool was_first_ = false;
  std::error_code code_;
};

template <class T>
task<result<T>> reporting(task<result<T>> child, first_failure& failure) {
  auto outcome = co_await std::move(child);
  if (!outcome) failure.offer(outcome.error());
  co_return outcome;
}

template <class T>
task<T> watched(task<T> child, first_failure& failure) {
  if constexpr (returns_result<T>) return reporting(std::move(child), failure);
  else return child;
}

template <class T>
unwrapped<T> take_unwrapped(scoped_child<T>& child) {
  if constexpr (std::is_same_v<unwrapped<T>, std::monostate>) {
    child.take();
    return {};
  } else if constexpr (returns_result<T>) {
    return child.take().value();
  } else {
    return child.take();
  }
}

}  // namespace detail

/// Runs the tasks beside each other and waits for all of them.
///
///     auto [user, orders] = co_await when_all(load_user(id), load_orders(id));
///
/// An exception that leaves one cancels the others; when all have ended it is rethrown. An error in
/// a result<> counts as well: where any of the tasks returns one, so does the whole, without the
/// result<> around the single values. A task without a value stands as std::monostate.
/// Completes   when every task, and what they started with go(), has ended
/// Cancel      cancels the tasks, then still waits for them; what they return is lost where one of
///             them returns an error
/// Concurrent  the first task starts at once on this worker, the others are queued
/// Cost        a frame, and a context a task, from the thread's pool
/// @return a tuple of their values, or a result<> of it  @throws the first exception
template <class... Ts>
  requires(sizeof...(Ts) > 0)
task<detail::all_of<std::tuple<detail::unwrapped<Ts>...>, Ts...>> when_all(task<Ts>... tasks) {
  detail::task_scope scope(detail::running_core("when_all"), detail::task_scope::kind::group);
  detail::first_failure failure(scope);
  std::tuple<detail::scoped_child<Ts>...> children(
      detail::scoped_child<Ts>(detail::watched(std::move(tasks), failure))...);
  const auto first = std::apply(
      [&scope](auto& adopted, auto&... queued) {
        const auto frame = adopted.adopt(scope);
        (queued.spawn(scope), ...);
        return frame;
      },
      children);
  detail::scope_run run(scope, first, "when_all", detail::outer_cancel::passes_in);
  co_await run;
  failure.rethrow_what_came_before();
  if constexpr ((detail::returns_result<Ts> || ...)) {
    if (failure) co_return failure.code();
  }
  co_return std::apply(
      [](auto&... ended) {
        return std::tuple<detail::unwrapped<Ts>...>{detail::take_unwrapped(ended)...};
      },
      children);
}

/// As above, for as many tasks as there are at run time.
///
/// Cancel  as above
/// @return their values in the order of the tasks; nothing where they have none
template <class T>
task<std::conditional_t<detail::returns_result<T>, result<detail::list_of<T>>, detail::list_of<T>>>
when_all(std::vector<task<T>> tasks) {
  constexpr bool has_values = !std::is_void_v<detail::list_of<T>>;
  std::vector<detail::unwrapped<T>> values;
  if (!tasks.empty()) {
    detail::task_scope scope(detail::running_core("when_all"), detail::task_scope::kind::group);
    detail::first_failure failure(scope);
    std::vector<detail::scoped_child<T>> children;
    children.reserve(tasks.size());
    for (auto& t : tasks) children.emplace_back(detail::watched(std::move(t), failure));
    detail::scope_run run(scope, detail::start(children, scope), "when_all",
                          detail::outer_cancel::passes_in);
    co_await run;
    failure.rethrow_what_came_before();
    if constexpr (detail::returns_result<T>) {
      if (failure) co_return failure.code();
    }
    if constexpr (has_values) values.reserve(children.size());
    for (auto& ended : children) {
      if constexpr (has_values) values.push_back(detail::take_unwrapped(ended));
      else ended.take();
    }
  }
  if constexpr (has_values) co_return values;
  else if constexpr (detail::returns_result<T>) co_return result<void>();
}

}  // namespace weft
