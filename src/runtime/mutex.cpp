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
class mutex::turn : detail::cancel_hook, public detail::waiter {
public:
  turn(mutex& m, time_point since, bool is_first_wait) noexcept
      : cancel_hook(&stay), mutex_(m), since_(since), is_first_wait_(is_first_wait) {}

  bool await_ready() const noexcept { return false; }
  bool await_suspend(detail::suspension h) noexcept {
    task = h.task();
    detail::task_context& context = *task.promise().context;
    context.waits_for = "mutex::lock";
    if (detail::keeps_notes()) detail::note_wait(context, &mutex_);
    // Cancelled or not, it waits; the hook lets a dump look at it.
    is_published_ = context.publish(*this);
    if (detail::is_tracing()) [[unlikely]]
      detail::trace_wait(context, context.waits_for);
    std::lock_guard held(mutex_.waiters_lock_);
    // Marked and tried in one step: an unlock either sees the mark or is seen here.
    const auto before = mutex_.state_.fetch_or(locked | contended, std::memory_order_seq_cst);
    if ((before & locked) == 0) {
      if (mutex_.waiters_.empty()) {
        mutex_.state_.fetch_and(~contended, std::memory_order_relaxed);
      }
      handed_over_ = true;
      if (detail::is_tracing()) [[unlikely]]
        detail::trace_no_wait(context);
      return false;
    }
    if (is_first_wait_) mutex_.waiters_.push_back(*this);
    else mutex_.waiters_.push_front(*this);
    return true;
  }
  /// @return whether the mutex is this task's now
  bool await_resume() noexcept {
    if (is_published_) task.promise().context->withdraw(*this);
    return handed_over_;
  }

private:
  friend class mutex;

  static void stay(cancel_hook&) noexcept {}

  mutex& mutex_;
  time_point since_;
  bool is_first_wait_;
  bool is_published_ = false;
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
