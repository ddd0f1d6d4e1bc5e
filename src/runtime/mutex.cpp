#include <weft/runtime/mutex.hpp>

#include "scheduler_core.hpp"

#include <weft/runtime/scheduler.hpp>

#include <chrono>
#include <mutex>

namespace weft {
namespace {

constexpr auto starving_after = std::chrono::milliseconds(1);

}  // namespace

/// One wait for the mutex; ends with the mutex handed over, or with a chance to compete for it.
class mutex::turn : public detail::waiter {
public:
  turn(mutex& m, time_point since, bool is_first_wait) noexcept
      : mutex_(m), since_(since), is_first_wait_(is_first_wait) {}

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<detail::task_promise<void>> h) noexcept {
    task = detail::erase(h);
    task.promise().context->waits_for = "mutex::lock";
    if (detail::keeps_notes()) detail::note_wait(*task.promise().context, &mutex_);
    if (detail::is_tracing()) [[unlikely]]
      detail::trace_wait(*task.promise().context, "mutex::lock");
    std::lock_guard held(mutex_.waiters_lock_);
    // Marked and tried in one step: an unlock either sees the mark or is seen here.
    const auto before = mutex_.state_.fetch_or(locked | contended, std::memory_order_seq_cst);
    if ((before & locked) == 0) {
      if (mutex_.waiters_.empty()) {
        mutex_.state_.fetch_and(~contended, std::memory_order_relaxed);
      }
      handed_over_ = true;
      if (detail::is_tracing()) [[unlikely]]
        detail::trace_no_wait(*task.promise().context);
      return false;
    }
    if (is_first_wait_) mutex_.waiters_.push_back(*this);
    else mutex_.waiters_.push_front(*this);
    return true;
  }
  /// @return whether the mutex is this task's now
  bool await_resume() const noexcept { return handed_over_; }

private:
  friend class mutex;

  mutex& mutex_;
  time_point since_;
  bool is_first_wait_;
  bool handed_over_ = false;
};

mutex::~mutex() { detail::require_no_waiters(waiters_, "weft::mutex"); }

task<> mutex::lock_slowly() {
  detail::trace_lock(trace_kind::lock_want, this);
  const time_point since = scheduler::current().now();
  for (bool is_first_wait = true;; is_first_wait = false) {
    turn next(*this, since, is_first_wait);
    const bool handed_over = co_await next;
    if (handed_over && detail::keeps_notes()) detail::note_holder(this);
    if (handed_over) detail::trace_lock(trace_kind::lock_acquired, this);
    if (handed_over || try_lock()) co_return;
  }
}

void mutex::wake_next() noexcept {
  detail::task_handle next;
  {
    std::lock_guard held(waiters_lock_);
    auto* first = static_cast<turn*>(waiters_.pop_front());
    std::uint32_t state = waiters_.empty() ? 0 : contended;
    if (first != nullptr) {
      next = first->task;
      // The waiter's clock: a guard may end on a thread that runs no task.
      const time_point now = next.promise().context->scope().core().now();
      first->handed_over_ = now - first->since_ >= starving_after;
      if (first->handed_over_) state |= locked;
    }
    state_.store(state, std::memory_order_seq_cst);
  }
  if (next) detail::make_ready_last(next);
}

}  // namespace weft
