#include "blocking_pool.hpp"

#include "scheduler_core.hpp"

#include <system_error>

namespace weft::detail {

void blocking_job::submit(task_handle waiter) {
  waiter_ = waiter;
  task_context& context = *waiter.promise().context;
  context.waits_for = "blocking";
  scheduler_core& core = context.scope().core();
  is_published_ = context.publish(*this);
  if (is_tracing()) [[unlikely]]
    trace_wait(context, context.waits_for);
  trace_time_passes();
  if (core.is_deterministic()) return run_and_wake();
  try {
    core.blocking().submit(*this);
  } catch (...) {
    finish();
    throw;
  }
}

void blocking_job::run_and_wake() noexcept {
  trace(trace_kind::blocking_begin, *waiter_.promise().context);
  run_(*this);
  trace(trace_kind::blocking_end, *waiter_.promise().context);
  make_ready(waiter_);
}

blocking_pool::~blocking_pool() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void blocking_pool::submit(blocking_job& job) {
  {
    std::lock_guard lock(mutex_);
    // Before the job is queued: without a thread the call fails, and nobody may run it then.
    if (queued_ >= idle_ && threads_.size() < most_threads) add_thread();
    job.next_ = nullptr;
    (first_ == nullptr ? first_ : last_->next_) = &job;
    last_ = &job;
    ++queued_;
    ++calls_;
  }
  work_.notify_one();
}

blocking_metrics blocking_pool::metrics() const {
  std::lock_guard lock(mutex_);
  return {calls_, queued_, threads_.size(), busy_};
}

void blocking_pool::add_thread() {
  try {
    threads_.emplace_back([this] { serve(); });
  } catch (const std::system_error&) {
    if (threads_.empty()) throw;
  }
}

void blocking_pool::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    work_.wait(lock, [this] { return first_ != nullptr || stopping_; });
    --idle_;
    if (first_ == nullptr) return;
    blocking_job& job = *first_;
    first_ = job.next_;
    --queued_;
    ++busy_;
    lock.unlock();
    job.run_and_wake();
    lock.lock();
    --busy_;
  }
}

}  // namespace weft::detail
