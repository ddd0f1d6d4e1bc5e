#pragma once

#include <weft/runtime/detail/scope_run.hpp>
#include <weft/runtime/task.hpp>

#include <stop_token>
#include <utility>

namespace weft {

namespace detail {

/// Cancels a scope on the thread that requests a stop.
class scope_canceller {
public:
  explicit scope_canceller(task_scope& scope) noexcept : scope_(&scope) {}
  void operator()() const noexcept { scope_->cancel(); }

private:
  task_scope* scope_;
};

}  // namespace detail

/// Runs a task that is cancelled when a stop is requested: the edge to code that ends its work with
/// a std::stop_token.
///
/// Completes   when the task has ended, also after the request
/// Cancel      passes through to the task
/// Concurrent  the stop may be requested on any thread; it does not wait for the task
/// Cost        a frame and a context from the thread's pool; no queue
/// @return what the task returns: after a request its waits return condition::canceled
/// @throws what the task throws
template <class T>
task<T> with_stop(std::stop_token token, task<T> inner) {
  detail::task_scope scope(detail::running_core("with_stop"), detail::task_scope::kind::group);
  detail::scoped_child<T> child(std::move(inner));
  // Its destructor waits for a call that is under way, so the scope outlives every call.
  const std::stop_callback on_request(std::move(token), detail::scope_canceller(scope));
  detail::scope_run run(scope, child.adopt(scope), "with_stop", detail::outer_cancel::passes_in);
  co_await run;
  detail::rethrow_error(scope);
  co_return child.take();
}

}  // namespace weft
