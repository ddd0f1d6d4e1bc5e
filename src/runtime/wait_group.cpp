#include <weft/runtime/wait_group.hpp>

#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace weft {

// The lock stays held for await_suspend() where this returns false.
bool wait_group::awaiter::await_ready() noexcept {
  queue_.lock.lock();
  if (group_.count_ != 0) return false;
  queue_.lock.unlock();
  return true;
}

void wait_group::add(std::size_t count) noexcept {
  std::lock_guard held(queue_.lock);
  count_ += count;
}

void wait_group::done(std::size_t count) noexcept {
  detail::waiter* woken = nullptr;
  {
    std::lock_guard held(queue_.lock);
    if (count > count_) {
      std::fputs("weft: wait_group::done() ended more than add() had added\n", stderr);
      std::abort();
    }
    count_ -= count;
    if (count_ == 0) woken = queue_.waiters.claim_all(detail::wait_outcome::granted);
  }
  detail::wake_all(woken);
}

}  // namespace weft
