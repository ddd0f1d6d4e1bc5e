#include <weft/runtime/once.hpp>

#include <mutex>

namespace weft {

using detail::wait_outcome;

// The lock stays held for await_suspend() where this returns false.
bool once::first_or_wait::await_ready() noexcept {
  queue_.lock.lock();
  const state seen = once_.state_.load(std::memory_order_relaxed);
  if (seen == state::running) return false;
  if (seen == state::done) outcome = wait_outcome::closed;
  else once_.state_.store(state::running, std::memory_order_relaxed);
  queue_.lock.unlock();
  return true;
}

// Granted: the turn. Closed: there is no turn any more.
result<bool> once::first_or_wait::await_resume() noexcept {
  resume();
  if (outcome == wait_outcome::canceled) return condition::canceled;
  return outcome == wait_outcome::granted;
}

void once::finish() noexcept {
  detail::waiter* woken = nullptr;
  {
    std::lock_guard held(queue_.lock);
    state_.store(state::done, std::memory_order_release);
    woken = queue_.waiters.claim_all(wait_outcome::closed);
  }
  detail::wake_all(woken);
}

void once::pass_on() noexcept {
  detail::waiter* next = nullptr;
  {
    std::lock_guard held(queue_.lock);
    next = queue_.waiters.claim_front();
    if (next == nullptr) state_.store(state::idle, std::memory_order_relaxed);
  }
  if (next != nullptr) detail::wake(*next);
}

}  // namespace weft
