#include <weft/runtime/detail/scope_run.hpp>

namespace weft::detail {

std::coroutine_handle<> scope_run::suspend(task_handle h) noexcept {
  task_context& context = *h.promise().context;
  context.waits_for = what_;
  context_ = &context;
  if (!context.publish(*this)) pass_on(*this);
  if (is_tracing()) [[unlikely]]
    trace_wait(context, what_);
  scope_.begin_join(h);  // the first child has not ended, so there is a wait
  return transfer_to(first_);
}

void scope_run::pass_on(cancel_hook& hook) noexcept {
  auto& self = static_cast<scope_run&>(hook);
  // Else the hook is for dumps alone, which look at a task by it.
  if (self.outer_ == outer_cancel::passes_in) self.scope_.cancel();
}

}  // namespace weft::detail
