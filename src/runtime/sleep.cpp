#include <weft/runtime/sleep.hpp>

#include <weft/runtime/scheduler.hpp>

#include <memory>

namespace weft {

sleep_awaiter::sleep_awaiter(time_point until) noexcept
    : cancel_hook(&cut_short), timer(&expire), until_(until) {}

bool sleep_awaiter::suspend(detail::task_handle h) {
  const time_point until = until_;
  std::construct_at(&waiter_, h);
  detail::task_context& context = *h.promise().context;
  context.waits_for = "sleep";
  // From here on the task may already run again on another worker.
  if (start(until, context, *this)) return true;
  canceled_ = true;
  return false;
}

std::error_code sleep_awaiter::await_resume() noexcept {
  waiter_.promise().context->withdraw(*this);
  return canceled_ ? make_error_code(condition::canceled) : std::error_code();
}

void sleep_awaiter::expire(detail::timer& timer) noexcept {
  detail::make_ready(static_cast<sleep_awaiter&>(timer).waiter_);
}

void sleep_awaiter::cut_short(detail::cancel_hook& hook) noexcept {
  auto& sleeping = static_cast<sleep_awaiter&>(hook);
  if (!sleeping.stop()) return;
  sleeping.canceled_ = true;
  detail::make_ready(sleeping.waiter_);
}

sleep_awaiter sleep(duration wait) { return sleep_awaiter(scheduler::current().now() + wait); }
sleep_awaiter sleep_until(time_point when) { return sleep_awaiter(when); }

}  // namespace weft
