#include <weft/runtime/semaphore.hpp>

#include <mutex>

namespace weft {

using detail::wait_outcome;

// The lock stays held for await_suspend() where this returns false.
bool semaphore::awaiter::await_ready() noexcept {
  queue_.lock.lock();
  if (!semaphore_.take_unless_behind(count_)) return false;
  queue_.lock.unlock();
  return true;
}

result<semaphore::permit> semaphore::awaiter::await_resume() noexcept {
  resume();
  if (outcome == wait_outcome::canceled) return condition::canceled;
  return permit(semaphore_, count_);
}

// A large request that gives up may have held up small ones.
void semaphore::awaiter::cut_short(detail::cancel_hook& hook) noexcept {
  auto& self = static_cast<awaiter&>(hook);
  detail::waiter* woken = nullptr;
  {
    std::lock_guard held(self.queue_.lock);
    if (!self.queued) return;
    self.queue_.waiters.remove(self);
    self.outcome = wait_outcome::canceled;
    woken = self.semaphore_.grant();
  }
  detail::wake(self);
  detail::wake_all(woken);
}

std::optional<semaphore::permit> semaphore::try_acquire(std::size_t count) noexcept {
  std::lock_guard held(queue_.lock);
  if (!take_unless_behind(count)) return std::nullopt;
  return permit(*this, count);
}

void semaphore::release(std::size_t count) noexcept {
  detail::waiter* woken = nullptr;
  {
    std::lock_guard held(queue_.lock);
    free_.store(free_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    woken = grant();
  }
  detail::wake_all(woken);
}

bool semaphore::take_unless_behind(std::size_t count) noexcept {
  const std::size_t free = free_.load(std::memory_order_relaxed);
  if (free < count || !queue_.waiters.empty()) return false;
  free_.store(free - count, std::memory_order_relaxed);
  return true;
}

// With the lock held: takes out those at the front for whom there is enough, as a chain.
detail::waiter* semaphore::grant() noexcept {
  detail::waiter* chain = nullptr;
  detail::waiter** end = &chain;
  std::size_t free = free_.load(std::memory_order_relaxed);
  while (auto* w = static_cast<awaiter*>(queue_.waiters.front())) {
    if (w->count_ > free) break;
    free -= w->count_;
    queue_.waiters.remove(*w);
    w->next = nullptr;
    *end = w;
    end = &w->next;
  }
  free_.store(free, std::memory_order_relaxed);
  return chain;
}

}  // namespace weft
