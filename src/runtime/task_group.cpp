#include <weft/runtime/task_group.hpp>

#include "scheduler_core.hpp"

#include <weft/runtime/deadline.hpp>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace weft {
namespace detail {

std::coroutine_handle<> join_awaiter::suspend(task_handle h) noexcept {
  task_context& context = *h.promise().context;
  context.waits_for = "join_handle::join";
  if (keeps_notes()) note_wait(context, &state_.context());
  set(&pass_on);
  if (!context.publish(*this)) {
    state_.cancel();
    trace_wait(context, context.waits_for);
  }
  if (state_.suspend(h)) return next_ready();
  if (is_tracing()) [[unlikely]]
    trace_ready(context);
  return transfer_to(h);
}

// The waiter runs again.
void join_awaiter::end_wait() noexcept { current_context()->withdraw(*this); }

void join_awaiter::refuse_second_join() {
  throw std::logic_error("join() of a task that was joined already");
}

void join_awaiter::pass_on(cancel_hook& hook) noexcept {
  static_cast<join_awaiter&>(hook).state_.cancel();
}

bool scope_awaiter::suspend(task_handle h) noexcept {
  context_ = h.promise().context;
  context_->waits_for = "task_group::join";
  if (keeps_notes()) note_wait(*context_, &scope_);
  if (!context_->publish(*this)) {
    scope_.cancel();
    trace_wait(*context_, context_->waits_for);
  }
  return scope_.begin_join(h);
}

void scope_awaiter::pass_on(cancel_hook& hook) noexcept {
  static_cast<scope_awaiter&>(hook).scope_.cancel();
}

}  // namespace detail

task_group::task_group()
    : scope_(detail::require_context("task_group").scope().core(),
             detail::task_scope::kind::group) {}

task_group::task_group(time_point deadline) : task_group() {
  const std::system_error passed(make_error_code(condition::timed_out), "task_group");
  deadline_ = std::make_unique<detail::scope_deadline>(scope_, std::make_exception_ptr(passed));
  deadline_->arm(deadline);
}

task_group::~task_group() {
  if (scope_.is_quiet()) return;
  std::fprintf(stderr,
               "weft: a task_group was destroyed while %zu of its tasks run; "
               "co_await join() first, or use with_group()\n",
               scope_.live());
  std::abort();
}

task<> task_group::join() {
  co_await detail::scope_awaiter(scope_);
  deadline_.reset();
  scope_.open();
  if (auto error = scope_.take_error()) std::rethrow_exception(error);
}

bool cancel_requested() noexcept {
  const detail::task_context* context = detail::current_context();
  return context != nullptr && context->cancelled();
}

}  // namespace weft
