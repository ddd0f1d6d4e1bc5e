#include "scheduler_core.hpp"

#include <weft/runtime/scheduler.hpp>

#include <algorithm>
#include <new>

// The deterministic mode: a seed draws the next task, and time jumps when nothing is ready.

namespace weft::detail {
namespace {

// splitmix64: every seed, also 0, gives a full-period sequence. Vigna, 2015.
std::uint64_t next_random(std::uint64_t& state) noexcept {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

}  // namespace

std::uint32_t scheduler_core::random_below(std::uint32_t count) noexcept {
  const auto random =
      is_deterministic() ? next_random(seed_state_) & UINT32_MAX : this_worker->random();
  return static_cast<std::uint32_t>(random * std::uint64_t{count} >> 32);
}

void scheduler_core::make_drawable(task_handle h) {
  try {
    drawable_.push_back(h);
  } catch (const std::bad_alloc&) {
    injected_.push(h, [] {});
  }
}

task_handle scheduler_core::draw() {
  injected_.pop_all([this](task_handle h) {
    trace_time_passes();
    drawable_.push_back(h);
  });
  if (drawable_.empty()) return injected_.pop();  // there may have been no memory to draw
  const auto index = static_cast<std::size_t>(next_random(seed_state_) % drawable_.size());
  std::swap(drawable_[index], drawable_.back());
  const task_handle h = drawable_.back();
  drawable_.pop_back();
  return h;
}

void scheduler_core::advance_or_report() {
  const time_point next = next_timer();
  if (next != time_point::max()) {
    virtual_now_.store(std::max(now(), next).time_since_epoch().count(), std::memory_order_relaxed);
    workers_.front()->count_timers(workers_.front()->timers_.run_due(now()));
    return;
  }
  const bool second_time = deadlock_ != nullptr;
  if (!second_time) deadlock_ = std::make_exception_ptr(deadlock_error(describe_waiting()));
  if (!second_time) return root_->cancel();
  is_stuck_ = true;
  stop();
}

std::string scheduler_core::describe_waiting() {
  std::vector<const task_context*> waiting;
  scopes_.for_each([&](task_scope& scope) {
    scope.for_each_child([&](task_context& child) { waiting.push_back(&child); });
  });
  return "deadlock: no task can run any more" + notes_->describe(waiting);
}

}  // namespace weft::detail
