#include <weft/runtime/detail/cancellable.hpp>
#include <weft/runtime/detail/threading.hpp>

#include <atomic>

namespace weft::detail {

bool cancellable::begin_cancel(cancel_state how) noexcept {
  cancel_state seen = state_.load(std::memory_order_seq_cst);
  for (;;) {
    if (seen >= cancel_state::cancelling) return false;
    if (seen == cancel_state::pinned) {
      give_way();
      seen = state_.load(std::memory_order_acquire);
      continue;
    }
    if (state_.compare_exchange_weak(seen, how, std::memory_order_seq_cst)) return true;
  }
}

bool cancellable::begin_marked_cancel() noexcept {
  auto seen = cancel_state::marked;
  return state_.compare_exchange_strong(seen, cancel_state::cancelling);
}

void cancellable::end_cancel() noexcept {
  cancel_hook* hook = hook_.load(std::memory_order_seq_cst);
  if (hook != nullptr && hook_.compare_exchange_strong(hook, nullptr, std::memory_order_acq_rel))
    hook->call();
  state_.store(cancel_state::cancelled, std::memory_order_release);
}

// Of `pinned` there is nothing to take back.
void cancellable::clear_cancel() noexcept {
  for (cancel_state seen = state_.load(std::memory_order_acquire); seen >= cancel_state::cancelling;
       seen = state_.load(std::memory_order_acquire)) {
    if (seen == cancel_state::cancelling) give_way();
    else state_.compare_exchange_strong(seen, cancel_state::none, std::memory_order_seq_cst);
  }
}

// A canceller is about, or a dump, which does not mind.
bool cancellable::finish_publish(cancel_hook& hook) noexcept {
  cancel_hook* own = &hook;
  return !cancelled() || !hook_.compare_exchange_strong(own, nullptr, std::memory_order_acq_rel);
}

// Pinned, or a canceller may be in the hook.
void cancellable::finish_withdraw() noexcept {
  for (;;) {
    const cancel_state seen = state_.load(std::memory_order_acquire);
    if (seen == cancel_state::none || seen == cancel_state::cancelled) return;
    give_way();
  }
}

bool cancellable::begin_pin() noexcept {
  auto seen = cancel_state::none;
  return hook_.load(std::memory_order_relaxed) != nullptr &&
         state_.compare_exchange_strong(seen, cancel_state::pinned, std::memory_order_seq_cst);
}

bool cancellable::end_pin() noexcept {
  if (hook_.load(std::memory_order_acquire) != nullptr) return true;
  unpin();
  return false;
}

// The task may have taken a cancel back meanwhile, if it does not wait.
void cancellable::unpin() noexcept {
  auto seen = cancel_state::pinned;
  state_.compare_exchange_strong(seen, cancel_state::none, std::memory_order_release);
}

}  // namespace weft::detail
