#include "timer_heap.hpp"

#include <weft/runtime/task_context.hpp>

#include <algorithm>
#include <mutex>

namespace weft::detail {

bool timer::stop() noexcept { return heap_ != nullptr && heap_->stop(*this); }

void timer_heap::start(timer& t, time_point when) {
  std::lock_guard lock(lock_);
  t.heap_ = this;
  insert(t, when);
}

bool timer_heap::start(timer& t, time_point when, task_context& context, cancel_hook& hook) {
  std::lock_guard lock(lock_);
  t.heap_ = this;  // before the hook is out: a canceller goes to the heap through it
  if (!context.publish(hook)) return false;
  insert(t, when);
  return true;
}

void timer_heap::insert(timer& t, time_point when) {
  heap_.push_back(&t);
  t.when_ = when;
  t.index_ = static_cast<std::uint32_t>(heap_.size() - 1);
  sift_up(t.index_);
  publish_next();
}

bool timer_heap::stop(timer& t) noexcept {
  std::lock_guard lock(lock_);
  if (t.index_ == timer::idle) return false;
  remove(t.index_);
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
  if (heap_.empty() || heap_.front()->when_ > now) return nullptr;
  timer* due = heap_.front();
  remove(0);
  publish_next();
  return due;
}

void timer_heap::remove(std::size_t index) noexcept {
  heap_[index]->index_ = timer::idle;
  timer* last = heap_.back();
  heap_.pop_back();
  if (index == heap_.size()) return;
  place(last, index);
  sift_up(index);
  sift_down(last->index_);
}

void timer_heap::sift_up(std::size_t index) noexcept {
  timer* moving = heap_[index];
  while (index != 0) {
    const std::size_t parent = (index - 1) / arity;
    if (heap_[parent]->when_ <= moving->when_) break;
    place(heap_[parent], index);
    index = parent;
  }
  place(moving, index);
}

void timer_heap::sift_down(std::size_t index) noexcept {
  timer* moving = heap_[index];
  for (;;) {
    const std::size_t first = arity * index + 1;
    if (first >= heap_.size()) break;
    const std::size_t last = std::min(first + arity, heap_.size());
    std::size_t least = first;
    for (std::size_t child = first + 1; child < last; ++child) {
      if (heap_[child]->when_ < heap_[least]->when_) least = child;
    }
    if (moving->when_ <= heap_[least]->when_) break;
    place(heap_[least], index);
    index = least;
  }
  place(moving, index);
}

void timer_heap::place(timer* t, std::size_t index) noexcept {
  heap_[index] = t;
  t->index_ = static_cast<std::uint32_t>(index);
}

void timer_heap::publish_next() noexcept {
  const time_point when = heap_.empty() ? time_point::max() : heap_.front()->when_;
  next_.store(when.time_since_epoch().count(), std::memory_order_seq_cst);
}

}  // namespace weft::detail
