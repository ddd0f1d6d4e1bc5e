#include "scheduler_core.hpp"
#include "worker.hpp"

#include <utility>

// Where a worker finds its next task: in its own queue, among what came from outside, by timers and
// I/O, and at last in the queues of others.

namespace weft::detail {
namespace {

constexpr int search_rounds = 4;
// What its worker comes to by itself within that time is not worth moving to another.
constexpr duration held_up = std::chrono::microseconds(5);

}  // namespace

task_handle worker::find() {
  if (is_time_to_look()) {
    look_at_clock_and_io();
    if (const task_handle h = take_injected()) return h;
  }
  if (const task_handle h = find_local()) return h;
  return find_beyond();
}

task_handle worker::find_beyond() {
  if (const task_handle h = take_injected()) return h;
  if (run_due_timers()) {
    if (const task_handle h = find_local()) return h;
  }
  if (core_.workers_.size() == 1) return nullptr;
  if (poll_io()) {
    if (const task_handle h = find_local()) return h;
  }
  return find_elsewhere();
}

task_handle worker::take_injected() {
  traced.found_in = trace_queue::injected;
  return core_.injected_.pop();
}

task_handle worker::find_local() {
  if (queue_.is_one_line()) {
    --ticks_left_;
    traced.found_in = trace_queue::own;
    return queue_.take_in_turn();
  }
  const bool in_turn = is_turn_of_others();
  if (!in_turn) {
    if (const task_handle h = queue_.take_slot()) {
      ++streak_;
      traced.found_in = trace_queue::slot;
      return h;
    }
  }
  --ticks_left_;
  streak_ = 0;
  traced.found_in = trace_queue::own;
  if (std::exchange(oldest_is_due_, false)) {
    if (const task_handle h = queue_.take_oldest_of_stack()) return h;
  }
  if (const task_handle h = in_turn ? queue_.take_in_turn() : queue_.take_newest()) return h;
  return queue_.take_slot();
}

task_handle worker::find_elsewhere() {
  if (!may_search()) return nullptr;
  for (int round = 1; round <= search_rounds; ++round) {
    if (const task_handle h = steal_backlog()) return h;
    if (const task_handle h = take_injected()) return h;
    relax_cpu();
  }
  if (run_due_timers_of_others()) return find_local();
  if (const task_handle h = steal_from_the_held_up()) return h;
  steal_misses_.add();
  trace(trace_kind::worker_steal_miss, id_);
  return nullptr;
}

task_handle worker::steal_backlog() {
  const auto count = core_.workers_.size();
  const auto first = random() % count;
  for (std::size_t i = 0; i < count; ++i) {
    worker& victim = *core_.workers_[(first + i) % count];
    if (&victim == this || !victim.has_backlog()) continue;
    if (const task_handle h = steal_from(victim)) return h;
  }
  return nullptr;
}

// One worker has a few tasks: are they as good as done, or does its slice last, or do newer ones
// go before them?
task_handle worker::steal_from_the_held_up() {
  const auto count = core_.workers_.size();
  const auto first = random() % count;
  for (std::size_t i = 0; i < count; ++i) {
    worker& victim = *core_.workers_[(first + i) % count];
    if (&victim == this || !victim.has_queued()) continue;
    const auto slices = victim.slices();
    const auto oldest = victim.queue_.oldest_of_stack();
    spin_for(held_up);
    const bool waits = oldest != run_queue::nobody && oldest == victim.queue_.oldest_of_stack();
    if (!waits && victim.slices() != slices) return nullptr;
    return steal_from(victim);
  }
  return nullptr;
}

task_handle worker::steal_from(worker& victim) {
  const task_handle h = victim.queue_.steal();
  if (!h) return nullptr;
  traced.found_in = trace_queue::stolen;
  steals_.add();
  trace(trace_kind::worker_steal, *h.promise().context, victim.id_);
  return h;
}

bool worker::may_search() noexcept {
  if (searching_) return true;
  if (core_.searching_.load(std::memory_order_relaxed) * 2 >= core_.workers_.size()) return false;
  searching_ = true;
  core_.searching_.fetch_add(1, std::memory_order_seq_cst);
  return true;
}

void worker::stop_searching(bool found) noexcept {
  if (!searching_) return;
  searching_ = false;
  const bool was_last = core_.searching_.fetch_sub(1, std::memory_order_seq_cst) == 1;
  if (!was_last || !found) return;
  if (core_.any_backlog() || core_.nobody_stands_by()) core_.wake_one_if_useful();
}

}  // namespace weft::detail
