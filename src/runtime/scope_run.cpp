#include <weft/runtime/scope_run.hpp>

namespace weft::detail {

std::coroutine_handle<> scope_run::suspend(task_handle h) noexcept {
  task_context& context = *h.promise().context;
  context.waits_for = what_;
  if (outer_ == outer_cancel::passes_in) {
    context_ = &context;
    if (!context.publish(*this)) scope_.cancel();
  }
  if (is_tracing()) [[unlikely]]
    trace_wait(context, what_);
  scope_.begin_join(h);  // the first child has not ended, so there is a wait
  return transfer_to(first_);
}

void scope_run::pass_on(cancel_hook& hook) noexcept {
  static_cast<scope_run&>(hook).scope_.cancel();
}

}  // namespace weft::detail
