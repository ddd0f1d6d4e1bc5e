#include <weft/runtime/event.hpp>

#include <mutex>

namespace weft {

// Under the lock also where the event is set: then the setter is done with it, and the waiter may
// destroy it. The lock stays held for await_suspend() where this returns false.
bool event::awaiter::await_ready() noexcept {
  queue_.lock.lock();
  if (!event_.is_set_.load(std::memory_order_relaxed)) return false;
  queue_.lock.unlock();
  return true;
}

void event::set() noexcept {
  detail::waiter* woken = nullptr;
  {
    std::lock_guard held(queue_.lock);
    is_set_.store(true, std::memory_order_release);
    woken = queue_.waiters.claim_all(detail::wait_outcome::granted);
  }
  detail::wake_all(woken);
}

void event::reset() noexcept {
  std::lock_guard held(queue_.lock);
  is_set_.store(false, std::memory_order_relaxed);
}

}  // namespace weft
