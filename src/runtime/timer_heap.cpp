#include "timer_heap.hpp"

#include <weft/runtime/detail/task_context.hpp>

#include <algorithm>
#include <mutex>

namespace weft::detail {

bool timer::stop() noexcept { return heap_ != nullptr && heap_->stop(*this); }

void timer_heap::start(timer& t, time_point when) {
  std::lock_guard lock(lock_);
  make_room();
  t.heap_ = this;
  insert(t, when);
}

bool timer_heap::start(timer& t, time_point when, task_context& context, cancel_hook& hook) {
  std::lock_guard lock(lock_);
  make_room();
  t.heap_ = this;  // before the hook is out: a canceller goes to the heap through it
  if (!context.publish(hook)) return false;
  insert(t, when);
  return true;
}

void timer_heap::make_room() {
  if (families_.size() == end_ / arity) [[unlikely]]
    families_.emplace_back();
}

void timer_heap::insert(timer& t, time_point when) noexcept {
  sift_up(end_++, {when, &t});
  publish_next();
}

bool timer_heap::stop(timer& t) noexcept {
  std::lock_guard lock(lock_);
  if (t.position_ == timer::idle) return false;
  remove(t.position_);
  publish_next();
  return true;
}

std::size_t timer_heap::run_due(time_point now) {
  std::size_t fired = 0;
  while (timer* due = take_due(now)) {
    due->on_expiry_(*due);
    ++fired;
  }
  return fired;
}

timer* timer_heap::take_due(time_point now) noexcept {
  std::lock_guard lock(lock_);
  if (empty() || at(root).when > now) return nullptr;
  timer* due = at(root).due;
  remove(root);
  publish_next();
  return due;
}

void timer_heap::remove(std::size_t position) noexcept {
  at(position).due->position_ = timer::idle;
  if (position == --end_) return;
  const entry last = at(end_);
  if (position != root && last.when < at(position / arity + 2).when) sift_up(position, last);
  else sift_down(position, last);
}

void timer_heap::sift_up(std::size_t position, const entry& moving) noexcept {
  while (position != root) {
    const std::size_t parent = position / arity + 2;
    if (at(parent).when <= moving.when) break;
    place(at(parent), position);
    position = parent;
  }
  place(moving, position);
}

void timer_heap::sift_down(std::size_t position, const entry& moving) noexcept {
  for (;;) {
    const std::size_t first = arity * (position - 2);
    if (first >= end_) break;
    const auto& children = families_[position - 2].children;
    const std::size_t count = std::min(arity, end_ - first);
    std::size_t least = 0;
    for (std::size_t i = 1; i < count; ++i) {
      if (children[i].when < children[least].when) least = i;
    }
    if (moving.when <= children[least].when) break;
    place(children[least], position);
    position = first + least;
  }
  place(moving, position);
}

void timer_heap::place(const entry& e, std::size_t position) noexcept {
  at(position) = e;
  e.due->position_ = static_cast<std::uint32_t>(position);
}

void timer_heap::publish_next() noexcept {
  const time_point when = empty() ? time_point::max() : at(root).when;
  next_.store(when.time_since_epoch().count(), std::memory_order_seq_cst);
}

}  // namespace weft::detail
