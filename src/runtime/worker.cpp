#include "worker.hpp"

#include "scheduler_core.hpp"
#include "thread_times.hpp"

#include <weft/runtime/checkpoint.hpp>

#include <exception>
#include <new>
#include <utility>

namespace weft::detail {
namespace {

run_queue::order_of order_under(const model& m) noexcept {
  return std::holds_alternative<parallel>(m) ? run_queue::order_of::newest_first
                                             : run_queue::order_of::oldest_first;
}

// Each theft that thieves pay for interrupts all of them.
constexpr unsigned few_workers = 8;

work_deque::thieves thieves_under(const model& m) {
  using enum work_deque::thieves;
  if (std::holds_alternative<gil>(m)) return some;
  if (!std::holds_alternative<parallel>(m)) return none;
  return worker_count(m) <= few_workers && offers_process_barrier() ? few : some;
}

}  // namespace

constinit thread_local worker* this_worker = nullptr;

worker::worker(scheduler_core& core, unsigned id)
    : core_(core),
      id_(id),
      is_alone_(std::holds_alternative<event_loop>(core.chosen_model())),
      weighs_wakes_(std::holds_alternative<parallel>(core.chosen_model())),
      chains_(!core.has_gil() && !core.is_deterministic()),
      random_state_(0x9e3779b9U * (id + 1)),
      queue_(order_under(core.chosen_model()), thieves_under(core.chosen_model())) {}

void worker::run() {
  // A task may run a scheduler of its own: then this thread is a worker of both.
  worker* const outer = std::exchange(this_worker, this);
  const auto* const outer_requests = std::exchange(
      attention_requested, core_.has_gil() ? &core_.gil_->drop_requested() : &nothing_requested);
  thread_number_.store(this_thread_number(), std::memory_order_relaxed);
  trace(trace_kind::worker_begin, id_);
  if (core_.is_deterministic()) run_tasks_by_seed();
  else if (core_.has_gil()) run_tasks_under_gil();
  else if (core_.has_homes()) run_at_home();
  else run_tasks();
  trace(trace_kind::worker_end, id_);
  attention_requested = outer_requests;
  this_worker = outer;
}

void worker::run_tasks() {
  pace_.begin(core_.now(), slices_.value());
  while (!core_.stopping()) {
    if (!core_.admits(id_)) retire();
    else if (const task_handle h = find()) run_one(h);
    else park();
  }
  stop_searching(false);
}

// A spare that is not needed any more gives away what it has, and its being woken, and sleeps.
void worker::retire() {
  while (const task_handle h = queue_.steal()) {
    if (!give_away(h)) run_one(h);
  }
  stop_searching(true);
  core_.wake_one_if_useful();
  retired_.store(true, std::memory_order_relaxed);
  trace(trace_kind::spare_retired, id_);
  core_.wait_for_admission(id_);
  trace(trace_kind::spare_released, id_);
  retired_.store(false, std::memory_order_relaxed);
}

// @return false where there is no memory for that
bool worker::give_away(task_handle h) {
  try {
    core_.injected_.push(h, [] {});
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void worker::run_tasks_under_gil() {
  gil_lock& gil = *core_.gil_;
  gil.acquire();
  while (!core_.stopping()) {
    if (const task_handle h = find()) {
      run_one(h);
      weft::checkpoint();
    } else {
      gil.release();
      park();
      gil.acquire();
    }
  }
  gil.release();
  stop_searching(false);
}

void worker::run_tasks_by_seed() {
  while (!core_.stopping()) {
    traced.found_in = trace_queue::seeded;
    if (const task_handle h = core_.draw()) run_one(h);
    else core_.advance_or_report();
  }
}

void worker::run_one(task_handle h) {
  stop_searching(true);
  enter(h).resume();
  context_.store(nullptr, std::memory_order_relaxed);
  if (is_tracing()) [[unlikely]]
    traced.leave();
}

void worker::checkpoint() {
  if (!core_.has_gil()) return;
  lets_others_run_.store(true, std::memory_order_relaxed);
  core_.gil_->drop_on_request();
  lets_others_run_.store(false, std::memory_order_relaxed);
  slices_.add();
}

// ------------------------------------------------------------------ queues

void worker::push_behind_slot(task_handle h) {
  try {
    if (delivering_) return queue_.push_last(h);
    if (queue_.push_next(h)) wake_for_backlog();
  } catch (const std::bad_alloc&) {
    set_aside(h);
  }
}

void worker::line_up_in_more_room(task_handle h) {
  try {
    queue_.push_last(h);
  } catch (const std::bad_alloc&) {
    set_aside(h);
  }
}

// This worker's queue finds no memory to grow: what takes in tasks from outside often has room.
void worker::set_aside(task_handle h) {
  if (core_.has_homes()) inbox_.push(h, [] {});
  else core_.injected_.push(h, [this] { core_.wake_one_if_useful(); });
}

std::coroutine_handle<> worker::take_next() noexcept {
  if (!chains_ || is_time_to_look()) return std::noop_coroutine();
  if (const task_handle h = find_local()) return enter(h);
  return std::noop_coroutine();
}

worker_metrics worker::metrics() const noexcept {
  worker_metrics now;
  now.id = id_;
  now.slices = slices_.value();
  now.steals = steals_.value();
  now.steal_misses = steal_misses_.value();
  now.parks = parks_.value();
  now.polls = polls_.value();
  now.timers_fired = timers_fired_.value();
  now.queued = queue_.size() + inbox_.size();
  return now;
}

std::uint32_t worker::random() noexcept {
  random_state_ ^= random_state_ << 13;
  random_state_ ^= random_state_ >> 17;
  random_state_ ^= random_state_ << 5;
  return random_state_;
}

}  // namespace weft::detail
