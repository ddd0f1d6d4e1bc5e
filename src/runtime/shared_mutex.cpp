#include <weft/runtime/shared_mutex.hpp>

#include <weft/runtime/detail/wait_notes.hpp>

#include <mutex>

namespace weft {

// The lock stays held for await_suspend() where this returns false.
bool shared_mutex::wait::await_ready() noexcept {
  mutex_.queue_.lock.lock();
  if (!mutex_.queue_.waiters.empty() || !mutex_.admit(is_writer_)) return false;
  mutex_.queue_.lock.unlock();
  return true;
}

std::coroutine_handle<> shared_mutex::wait::suspend(detail::task_handle h) noexcept {
  task = h;
  detail::task_context& context = *h.promise().context;
  context.waits_for = is_writer_ ? "shared_mutex::lock" : "shared_mutex::lock_shared";
  detail::spinlock& held = mutex_.queue_.lock;
  if (detail::keeps_notes()) detail::note_wait(context, &held);
  is_published_ = context.publish(*this);
  // A task that was cancelled before waits all the same.
  if (detail::is_tracing()) [[unlikely]]
    detail::trace_wait(context, context.waits_for);
  mutex_.queue_.waiters.push_back(*this);
  held.unlock();
  return detail::next_ready();
}

bool shared_mutex::try_now(bool is_writer) noexcept {
  std::lock_guard held(queue_.lock);
  return queue_.waiters.empty() && admit(is_writer);
}

// With the lock held.
bool shared_mutex::admit(bool is_writer) noexcept {
  if (has_writer_ || (is_writer && readers_ != 0)) return false;
  if (is_writer) has_writer_ = true;
  else ++readers_;
  return true;
}

void shared_mutex::unlock() noexcept {
  detail::waiter* woken = nullptr;
  {
    std::lock_guard held(queue_.lock);
    has_writer_ = false;
    woken = grant();
  }
  detail::wake_all(woken);
}

void shared_mutex::unlock_shared() noexcept {
  detail::waiter* woken = nullptr;
  {
    std::lock_guard held(queue_.lock);
    --readers_;
    woken = grant();
  }
  detail::wake_all(woken);
}

// With the lock held: hands the mutex to the writer at the front, or to the readers up to the next
// writer. @return them, as a chain
detail::waiter* shared_mutex::grant() noexcept {
  detail::waiter* chain = nullptr;
  detail::waiter** end = &chain;
  while (auto* first = static_cast<wait*>(queue_.waiters.front())) {
    if (!admit(first->is_writer_)) break;
    queue_.waiters.remove(*first);
    first->next = nullptr;
    *end = first;
    end = &first->next;
  }
  return chain;
}

}  // namespace weft
