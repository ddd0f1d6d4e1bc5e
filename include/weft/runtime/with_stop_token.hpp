#pragma once

#include <weft/runtime/blocking.hpp>
#include <weft/runtime/detail/scope_run.hpp>
#include <weft/runtime/event.hpp>
#include <weft/runtime/task.hpp>
#include <weft/runtime/task_group.hpp>

#include <concepts>
#include <stop_token>
#include <type_traits>
#include <utility>

// The edge from a task's cancellation to code that looks at a std::stop_token.
//
// A second task beside the first waits for nothing but a cancel, and requests the stop when it
// comes. So the callbacks of the token run as part of a task, outside of every lock of the runtime.

namespace weft {

namespace detail {

/// Says that it is over when it goes.
class over_at_exit {
public:
  explicit over_at_exit(event& over) noexcept : over_(over) {}
  over_at_exit(const over_at_exit&) = delete;
  over_at_exit& operator=(const over_at_exit&) = delete;
  ~over_at_exit() { over_.set(); }

private:
  event& over_;
};

template <class T>
task<T> until_over(task<T> inner, event& over) {
  over_at_exit guard(over);
  co_return co_await std::move(inner);
}

task<> request_stop_on_cancel(std::stop_source stop, event& over);

}  // namespace detail

/// Runs `body(token)` with a std::stop_token that follows the cancellation of the running task: for
/// libraries that end their work with one.
///
///     auto found = co_await with_stop_token([&](std::stop_token stop) -> task<int> {
///       co_return co_await engine.search(query, stop);
///     });
///
/// Completes   when the body has ended
/// Cancel      requests the stop, from a worker, and cancels the body, then waits for its end; a
///             task that was cancelled before starts its body with the stop requested
/// Concurrent  the token may be used on any thread, and after the body's end, when no request comes
///             any more. The body may have captures: it is kept until its task has ended
/// Cost        four frames, two contexts and the state of a std::stop_source
/// @param      body  takes a std::stop_token and returns a task
/// @return     what the body's task returns  @throws what it throws
template <std::invocable<std::stop_token> Body>
auto with_stop_token(Body body) -> std::invoke_result_t<Body&, std::stop_token> {
  using value_type = typename std::invoke_result_t<Body&, std::stop_token>::value_type;
  detail::task_scope scope(detail::running_core("with_stop_token"),
                           detail::task_scope::kind::group);
  std::stop_source stop;
  if (cancel_requested()) stop.request_stop();
  event over;
  detail::scoped_child<value_type> main(detail::until_over(body(stop.get_token()), over));
  detail::scoped_child<void> relay(detail::request_stop_on_cancel(stop, over));
  const auto first = main.adopt(scope);
  relay.spawn(scope);
  detail::scope_run run(scope, first, "with_stop_token", detail::outer_cancel::passes_in);
  co_await run;
  detail::rethrow_error(scope);
  co_return main.take();
}

namespace detail {

template <class Function>
auto call_blocking(Function& function, std::stop_token stop)
    -> task<std::invoke_result_t<Function&, std::stop_token>> {
  auto call = [&function, &stop] { return function(stop); };
  co_return co_await weft::blocking(call);
}

}  // namespace detail

/// As blocking(), for a call that can be stopped: it gets a std::stop_token.
///
/// Cancel  requests the stop, then waits until the call has returned
/// Cost    as blocking() and with_stop_token()
/// @return what the call returns  @throws what the call throws
template <class Function>
  requires(std::invocable<Function&, std::stop_token> && !std::invocable<Function&>)
auto blocking(Function function) -> task<std::invoke_result_t<Function&, std::stop_token>> {
  auto body = [&function](std::stop_token stop) {
    return detail::call_blocking(function, std::move(stop));
  };
  co_return co_await with_stop_token(body);
}

}  // namespace weft
