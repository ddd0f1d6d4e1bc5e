#include <weft/runtime/detail/contract.hpp>
#include <weft/runtime/detail/join_state.hpp>

#include "scheduler_core.hpp"

#include <atomic>
#include <cstdint>

namespace weft::detail {

bool join_state::suspend(task_handle joiner) noexcept {
  std::uintptr_t seen = task_context::running;
  const bool waits = context_->join_.compare_exchange_strong(
      seen, reinterpret_cast<std::uintptr_t>(joiner.address()), std::memory_order_acq_rel);
  if (!waits && !task_context::has_ended(seen)) broken_contract("two tasks join one join_handle");
  return waits;
}

void join_state::drop(task_context& context) noexcept {
  std::uintptr_t join = context.join_.load(std::memory_order_acquire);
  if (!task_context::has_ended(join))
    join = context.join_.exchange(task_context::detached, std::memory_order_acq_rel);
  if (join == task_context::running) return;
  if (!task_context::has_ended(join)) {
    broken_contract("a join_handle was destroyed while somebody awaits its join()");
  }
  const auto& error = context.frame().promise().error;
  if (error && context.in_root()) report_unhandled(error);
  context.free_with_result();
}

}  // namespace weft::detail
