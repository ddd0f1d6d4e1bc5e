#include "readiness.hpp"

#include <mutex>
#include <utility>

namespace weft::detail {

readiness::readiness(unique_descriptor watched_one) noexcept : watched(watched_one.release()) {}

bool readiness::start(awaiter& waiting, task_handle waiter) {
  waiting.waiter_ = waiter;
  task_context& context = *waiter.promise().context;
  context.waits_for = waiting.what_;
  std::lock_guard held(lock_);
  if (!context.publish(waiting)) waiting.error_ = condition::canceled;
  else if (is_closed()) waiting.error_ = condition::closed;
  else waiting.error_ = watch(waiting.events_);
  trace_time_passes();  // while the wait starts
  if (waiting.error_) return false;
  waiting_ = &waiting;
  return true;
}

result<void> readiness::awaiter::await_resume() noexcept {
  waiter_.promise().context->withdraw(*this);
  if (error_) return error_;
  return {};
}

// What nobody waits for any more stays watched until it happens, as with sockets.
void readiness::serve(std::uint32_t, woken_tasks& woken, look_time&) noexcept {
  if (waiting_ != nullptr) woken.add(std::exchange(waiting_, nullptr)->waiter_);
  else stop_watching(UINT32_MAX);
}

void readiness::awaiter::cut_short(cancel_hook& hook) noexcept {
  auto& waiting = static_cast<awaiter&>(hook);
  waiting.of_.cancel(waiting);
}

void readiness::cancel(awaiter& waiting) noexcept {
  {
    std::lock_guard held(lock_);
    if (waiting_ != &waiting) return;
    waiting_ = nullptr;
    waiting.error_ = condition::canceled;
  }
  make_ready(waiting.waiter_);
}

void readiness::close() noexcept {
  const unique_descriptor closing = withdraw();
  awaiter* waiting = nullptr;
  {
    std::lock_guard held(lock_);
    waiting = std::exchange(waiting_, nullptr);
    if (waiting != nullptr) waiting->error_ = condition::closed;
  }
  if (waiting != nullptr) make_ready(waiting->waiter_);
}

void end_readiness::operator()(readiness* ended) const noexcept {
  const unique_descriptor closing = ended->withdraw();
  ended->retire();
}

}  // namespace weft::detail
