#include <weft/runtime/detail/wait_list.hpp>

#include "futex.hpp"

#include <weft/runtime/detail/wait_notes.hpp>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string>

namespace weft::detail {

void thread_wait::sleep_in(wait_list& list, spinlock& held) noexcept {
  list.push_back(*this);
  held.unlock();
  while (is_over_.load(std::memory_order_acquire) == 0) futex_wait(is_over_, 0, duration(-1));
}

void thread_wait::wake() noexcept {
  is_over_.store(1, std::memory_order_release);
  // The thread may be gone by now, and its stack with it: the kernel takes only the address.
  futex_wake(is_over_);
}

void wait_list::push_front(waiter& w) noexcept {
  w.previous = nullptr;
  w.next = first_;
  (first_ != nullptr ? first_->previous : last_) = &w;
  first_ = &w;
  w.queued = true;
}

waiter* wait_list::claim_all(wait_outcome outcome) noexcept {
  waiter* chain = nullptr;
  waiter** end = &chain;
  while (waiter* w = claim_front()) {
    w->outcome = outcome;
    w->next = nullptr;
    *end = w;
    end = &w->next;
  }
  return chain;
}

void wake_all(waiter* chain) noexcept {
  while (chain != nullptr) {
    waiter& w = *chain;
    chain = w.next;
    wake(w);
  }
}

std::coroutine_handle<> list_wait::suspend(task_handle h, wait_list& list, spinlock& held,
                                           const char* what) noexcept {
  task_context& context = *h.promise().context;
  context.waits_for = what;
  if (keeps_notes()) note_wait(context, &held);  // an object is known by its lock
  if (!context.publish(*this)) {
    outcome = wait_outcome::canceled;
    held.unlock();
    return h;
  }
  task = h;
  list.push_back(*this);
  held.unlock();
  return next_ready();
}

result<void> list_wait::finish() noexcept {
  resume();
  if (outcome == wait_outcome::canceled) return condition::canceled;
  if (outcome == wait_outcome::closed) return condition::closed;
  return {};
}

void list_wait::leave(wait_list& list, spinlock& lock) noexcept {
  {
    std::lock_guard held(lock);
    if (!queued) return;
    list.remove(*this);
    outcome = wait_outcome::canceled;
  }
  make_ready(task);
}

void queue_wait::cut_short(cancel_hook& hook) noexcept {
  auto& self = static_cast<queue_wait&>(hook);
  self.leave(self.queue_.waiters, self.queue_.lock);
}

void require_no_waiters(const wait_list& list, const char* what) noexcept {
  if (list.empty()) return;
  std::fprintf(stderr, "weft: a %s was destroyed while somebody waits in it\n", what);
  std::abort();
}

void require_no_task(const char* what) {
  if (current_context() == nullptr) return;
  throw std::logic_error(std::string(what) +
                         " in a task would hold its worker: co_await the call without blocking_");
}

}  // namespace weft::detail
