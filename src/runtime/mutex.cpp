#include <weft/runtime/mutex.hpp>

#include "mutex_turn.hpp"
#include "scheduler_core.hpp"
#include "trace_recorder.hpp"

#include <weft/runtime/detail/contract.hpp>
#include <weft/runtime/scheduler.hpp>

#include <chrono>
#include <mutex>

namespace weft {
namespace {

constexpr auto starving_after = std::chrono::milliseconds(1);

}  // namespace

bool mutex::turn::suspend(detail::task_handle h) noexcept {
  task = h;
  detail::task_context& context = *h.promise().context;
  context.waits_for = "mutex::lock";
  if (detail::keeps_notes()) detail::note_wait(context, &mutex_);
  if (detail::watches_locks()) context.scope().core().lock_waits().add(*this);
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
    if (detail::watches_locks()) {
      mutex_.state_.fetch_or(held_by(&context), std::memory_order_relaxed);
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

bool mutex::turn::await_resume() noexcept {
  if (listed_in_ != nullptr) listed_in_->remove(*this);
  if (is_published_) task.promise().context->withdraw(*this);
  return handed_over_;
}

mutex::~mutex() { detail::require_no_waiters(waiters_, "weft::mutex"); }

/// @return what stands for the holder in state_, where somebody wants to know it
std::uint32_t mutex::held_by(detail::task_context* holder) noexcept {
  if (!detail::watches_locks() || holder == nullptr) return 0;
  return detail::traced_number(*holder) << holder_shift;
}

bool mutex::try_lock_and_note() noexcept {
  if (!try_take(locked | held_by(detail::current_context()))) return false;
  if (detail::keeps_notes()) detail::note_holder(this);
  return true;
}

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

void mutex::unlock_slowly(std::uint32_t seen) noexcept {
  if ((seen & locked) == 0) detail::broken_contract("a mutex was unlocked that nobody holds");
  // Nobody waits where only the holder's number is in the way.
  const bool is_wanted = (seen & contended) != 0;
  if (!is_wanted && state_.compare_exchange_strong(seen, 0, std::memory_order_release)) return;
  wake_next();
}

void mutex::wake_next() noexcept {
  detail::task_handle next;
  {
    std::lock_guard held(waiters_lock_);
    ++unlocks_with_waiters_;
    auto* first = static_cast<turn*>(waiters_.pop_front());
    std::uint32_t state = waiters_.empty() ? 0 : contended;
    if (first != nullptr) {
      next = first->task;
      detail::task_context& waiter = *next.promise().context;
      // The waiter's clock: a guard may end on a thread that runs no task.
      const time_point now = waiter.scope().core().now();
      first->handed_over_ = now - first->since_ >= starving_after;
      if (first->handed_over_) state |= locked;
      if (first->handed_over_) state |= held_by(&waiter);
    }
    state_.store(state, std::memory_order_seq_cst);
  }
  if (next) detail::make_ready_last(next);
}

}  // namespace weft
