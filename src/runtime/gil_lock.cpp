#include "gil_lock.hpp"

#include <weft/runtime/detail/trace_point.hpp>

namespace weft::detail {

void gil_lock::acquire() {
  trace(trace_kind::gil_want, trace_id(this));
  std::unique_lock lock(mutex_);
  wait_for_turn(lock);
}

void gil_lock::release() {
  {
    std::lock_guard lock(mutex_);
    trace(trace_kind::gil_released, trace_id(this));
    held_ = false;
  }
  released_.notify_one();
}

void gil_lock::drop_on_request() {
  std::unique_lock lock(mutex_);
  // The waiter who asked may have given up its wish by going back to sleep; then nobody would come.
  drop_requested_.store(false, std::memory_order_relaxed);
  if (waiters_ == 0) return;
  trace(trace_kind::gil_released, trace_id(this), 1);
  trace(trace_kind::gil_want, trace_id(this));
  held_ = false;
  released_.notify_one();
  const std::uint64_t before = switches_;
  switched_.wait(lock, [&] { return switches_ != before; });
  wait_for_turn(lock);
}

gil_metrics gil_lock::metrics() const noexcept {
  return {counted_waits_.value(), counted_switches_.value(), counted_requests_.value()};
}

void gil_lock::wait_for_turn(std::unique_lock<os_mutex>& lock) {
  ++waiters_;
  if (held_) counted_waits_.add();
  while (held_) {
    const std::uint64_t before = switches_;
    const auto woken = released_.wait_for(lock, interval_);
    if (woken == std::cv_status::timeout && held_ && switches_ == before) {
      trace(trace_kind::gil_drop_request, trace_id(this));
      counted_requests_.add();
      drop_requested_.store(true, std::memory_order_relaxed);
    } else if (woken == std::cv_status::no_timeout && held_) {
      trace(trace_kind::gil_lost, trace_id(this));
    }
  }
  --waiters_;
  held_ = true;
  trace(trace_kind::gil_acquired, trace_id(this));
  const auto self = std::this_thread::get_id();
  if (last_holder_ != self) {
    ++switches_;
    counted_switches_.add();
  }
  last_holder_ = self;
  drop_requested_.store(false, std::memory_order_relaxed);
  switched_.notify_all();
}

}  // namespace weft::detail
