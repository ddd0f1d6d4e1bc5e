#include <weft/runtime/cancel_window.hpp>

#include <weft/runtime/detail/task_context.hpp>

// closed -> open -> closed             by the task
// open -> claimed -> open | cancelled  by a canceller; the task waits with its close() meanwhile,
// so
//                                      it is there while the canceller is in its context
// cancelled -> closed                  by the task, which takes the cancel back

namespace weft {

void cancel_window::open() {
  task_ = &detail::require_context("cancel_window::open()");
  state_.store(state::open, std::memory_order_release);
}

bool cancel_window::claim() noexcept {
  auto seen = state::open;
  return state_.compare_exchange_strong(seen, state::claimed, std::memory_order_acq_rel);
}

std::uint32_t cancel_window::task_number() const noexcept {
  return task_->traced_as().load(std::memory_order_relaxed);
}

void cancel_window::decide(bool cancels) noexcept {
  if (cancels) task_->cancel();
  state_.store(cancels ? state::cancelled : state::open, std::memory_order_release);
}

bool cancel_window::close_claimed() noexcept {
  for (;;) {
    auto seen = state::open;
    if (state_.compare_exchange_strong(seen, state::closed, std::memory_order_acq_rel))
      return false;
    if (seen == state::closed) return false;
    if (seen == state::cancelled) break;
    detail::give_way();
  }
  state_.store(state::closed, std::memory_order_relaxed);
  task_->take_cancel_back();
  return true;
}

}  // namespace weft
