#include <weft/runtime/deadline.hpp>

#include "scheduler_core.hpp"

namespace weft::detail {

void scope_deadline::arm(time_point when) {
  if (when <= scope_.core().now()) return fire();
  start(when);
  armed_ = true;
}

void scope_deadline::disarm() noexcept {
  if (!std::exchange(armed_, false) || stop()) return;
  while (!passed()) give_way();
}

void scope_deadline::expire(timer& timer) noexcept { static_cast<scope_deadline&>(timer).fire(); }

void scope_deadline::fire() noexcept {
  if (error_) scope_.fail(std::move(error_));
  else scope_.cancel();
  fired_.store(true, std::memory_order_release);
}

time_point time_limit::on(const scheduler_core& core) const noexcept {
  const time_point from = is_relative_ ? core.now() : time_point();
  // A limit so far away that the clock cannot tell it never comes.
  if (value_ > time_point::max() - from) return time_point::max();
  return from + value_;
}

bool is_cancel(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error& e) {
    return e.code() == condition::canceled;
  } catch (...) {
    return false;
  }
}

}  // namespace weft::detail
