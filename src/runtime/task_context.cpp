#include <weft/runtime/detail/task_context.hpp>
#include <weft/runtime/detail/task_scope.hpp>

#include "scheduler_core.hpp"

#include <atomic>

namespace weft::detail {

bool task_context::begin_cancel(cancel_state how) noexcept {
  if (!cancellable::begin_cancel(how)) return false;
  if (is_tracing()) [[unlikely]]
    trace_cancel(*this);
  return true;
}

// By who has a handle the task may be cancelled when it and its scope are gone.
void task_context::cancel() noexcept {
  if (!begin_cancel(cancel_state::cancelling)) return;
  seldom_order();
  end_cancel();
}

// A scope says that it is cancelled before it cancels its children: either that is seen here, or
// the scope finds the state cleared.
void task_context::take_cancel_back() noexcept {
  clear_cancel();
  if (scope().cancelled_.load(std::memory_order_seq_cst)) cancel();
}

bool task_context::pin() noexcept {
  if (!begin_pin()) return false;
  scope().core().order_before_hooks();
  return end_pin();
}

}  // namespace weft::detail
