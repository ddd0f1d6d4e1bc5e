#include <weft/runtime/interval.hpp>

#include <weft/runtime/scheduler.hpp>

#include <stdexcept>

namespace weft {
namespace {

duration checked(duration period) {
  if (period <= duration::zero())
    throw std::invalid_argument("an interval needs a positive period");
  return period;
}

}  // namespace

interval::interval(duration period, missed_ticks policy)
    : period_(checked(period)), policy_(policy), next_(scheduler::current().now() + period) {}

bool interval::awaiter::await_ready() const {
  return interval_.next_ <= scheduler::current().now();
}

result<time_point> interval::awaiter::await_resume() {
  if (has_slept_) {
    if (const std::error_code ended = sleep_.await_resume()) return ended;
  }
  return interval_.advance(scheduler::current().now());
}

time_point interval::advance(time_point now) noexcept {
  const time_point due = next_;
  switch (policy_) {
    case missed_ticks::burst: next_ = due + period_; break;
    case missed_ticks::delay: next_ = now + period_; break;
    case missed_ticks::skip: next_ = due + period_ * ((now - due) / period_ + 1); break;
  }
  return due;
}

}  // namespace weft
