#include "worker.hpp"

#include "futex.hpp"
#include "scheduler_core.hpp"
#include "thread_times.hpp"

#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/timer.hpp>

#include <cassert>
#include <exception>
#include <utility>

namespace weft::detail {
namespace {

// How often a worker that always has local work looks at the injection queue, the clock and I/O.
// A prime, so that it does not beat with periodic workloads (Go's choice too).
constexpr std::uint32_t ticks_between_looks = 61;
// One in so many pops takes the oldest task, so that newest-first starves nobody.
constexpr std::uint32_t ticks_between_oldest = 16;
constexpr std::uint32_t longest_streak = 64;
constexpr int search_rounds = 4;
constexpr std::size_t first_capacity = 256;

task_handle to_task(void* item) noexcept { return task_handle::from_address(item); }

work_deque::thieves thieves_under(const model& m) noexcept {
  const bool shared = std::holds_alternative<gil>(m) || std::holds_alternative<parallel>(m);
  return shared ? work_deque::thieves::some : work_deque::thieves::none;
}

}  // namespace

constinit thread_local worker* this_worker = nullptr;

worker::worker(scheduler_core& core, unsigned id) noexcept
    : core_(core),
      id_(id),
      newest_first_(std::holds_alternative<parallel>(core.chosen_model())),
      random_state_(0x9e3779b9U * (id + 1)),
      deque_(first_capacity, thieves_under(core.chosen_model())) {}

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
  while (!core_.stopping()) {
    if (!core_.admits(id_)) retire();
    else if (const task_handle h = find()) run_one(h);
    else park();
  }
  stop_searching(false);
}

// A spare that is not needed any more gives away what it has, and its being woken, and sleeps.
void worker::retire() {
  while (void* item = deque_.steal()) core_.injected_.push(to_task(item), [] {});
  if (const task_handle h = take_slot()) core_.injected_.push(h, [] {});
  stop_searching(true);
  core_.wake_one_if_useful();
  retired_.store(true, std::memory_order_relaxed);
  trace(trace_kind::spare_retired, id_);
  core_.wait_for_admission(id_);
  trace(trace_kind::spare_released, id_);
  retired_.store(false, std::memory_order_relaxed);
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

void worker::push(task_handle h) {
  if (!newest_first_) return push_queued(h);
  void* displaced = h.address();
  if (slot_.load(std::memory_order_relaxed) == nullptr) {
    slot_.store(displaced, std::memory_order_release);
    return;
  }
  displaced = slot_.exchange(displaced, std::memory_order_acq_rel);
  if (displaced != nullptr) push_queued(to_task(displaced));
}

void worker::push_queued(task_handle h) {
  deque_.push(h.address());
  core_.wake_one_if_useful();
}

void worker::run_last(task_handle h) {
  push_queued(h);
  take_oldest_ = true;
}

task_handle worker::take_slot() noexcept {
  if (slot_.load(std::memory_order_relaxed) == nullptr) return nullptr;
  traced.found_in = trace_queue::slot;
  return to_task(slot_.exchange(nullptr, std::memory_order_acquire));
}

std::coroutine_handle<> worker::take_next() noexcept {
  if (newest_first_ && !take_oldest_ && streak_ < longest_streak) {
    if (const task_handle h = take_slot()) {
      ++streak_;
      return enter(h);
    }
  }
  return std::noop_coroutine();
}

task_handle worker::steal() noexcept {
  void* item = deque_.steal();
  if (item == nullptr && slot_.load(std::memory_order_relaxed) != nullptr) {
    item = slot_.exchange(nullptr, std::memory_order_acquire);
  }
  return to_task(item);
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
  now.queued =
      deque_.size() + (slot_.load(std::memory_order_relaxed) != nullptr ? 1 : 0) + inbox_.size();
  return now;
}

bool worker::has_queued() const noexcept {
  return !deque_.empty() || slot_.load(std::memory_order_seq_cst) != nullptr;
}

// ------------------------------------------------------------------ finding work

bool worker::is_time_to_look() noexcept {
  return ++tick_ % ticks_between_looks == 0 || kicked_.load(std::memory_order_relaxed);
}

task_handle worker::find() {
  if (is_time_to_look()) {
    look_at_clock_and_io();
    if (const task_handle h = take_injected()) return h;
  }
  if (const task_handle h = find_local()) return h;
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
  const bool oldest = !newest_first_ || take_oldest_ || streak_ >= longest_streak ||
                      tick_ % ticks_between_oldest == 0;
  take_oldest_ = false;
  if (!oldest) {
    if (const task_handle h = take_slot()) {
      ++streak_;
      return h;
    }
  }
  streak_ = 0;
  traced.found_in = trace_queue::own;
  if (void* item = oldest ? deque_.steal() : deque_.pop()) return to_task(item);
  return take_slot();
}

task_handle worker::find_elsewhere() {
  if (!may_search()) return nullptr;
  for (int round = 1; round <= search_rounds; ++round) {
    if (const task_handle h = steal_round(round == search_rounds)) return h;
    if (const task_handle h = take_injected()) return h;
    relax_cpu();
  }
  steal_misses_.add();
  trace(trace_kind::worker_steal_miss, id_);
  return nullptr;
}

task_handle worker::steal_round(bool with_timers) {
  const auto count = core_.workers_.size();
  const auto first = random() % count;
  for (std::size_t i = 0; i < count; ++i) {
    worker& victim = *core_.workers_[(first + i) % count];
    if (&victim == this) continue;
    if (const task_handle h = victim.steal()) {
      traced.found_in = trace_queue::stolen;
      steals_.add();
      trace(trace_kind::worker_steal, *h.promise().context, victim.id_);
      return h;
    }
    if (with_timers && victim.timers_.next() <= core_.now()) {
      if (count_timers(victim.timers_.run_due(core_.now())) != 0) return find_local();
    }
  }
  return nullptr;
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
  if (was_last && found) core_.wake_one_if_useful();
}

void worker::look_at_clock_and_io() {
  kicked_.store(false, std::memory_order_relaxed);
  run_due_timers();
  poll_io();
}

bool worker::run_due_timers() {
  if (timers_.next() == time_point::max()) return false;
  const time_point now = core_.now();
  return timers_.next() <= now && count_timers(timers_.run_due(now)) != 0;
}

std::size_t worker::count_timers(std::size_t fired) noexcept {
  timers_fired_.add(fired);
  return fired;
}

bool worker::poll_io() {
  io_driver* const driver = io();
  if (driver == nullptr || !driver->try_acquire()) return false;
  polls_.add();
  trace(trace_kind::worker_poll, id_);
  const bool delivered = driver->poll();
  trace(trace_kind::worker_poll_end, id_, delivered);
  driver->release();
  return delivered;
}

io_driver* worker::io() const noexcept { return core_.has_homes() ? own_io_.get() : core_.io(); }

io_driver& worker::own_io_or_make(std::unique_ptr<io_driver> (*make)()) {
  if (own_io_ == nullptr) {
    try {
      own_io_ = make();
      core_.lend_io(*own_io_);
    } catch (const std::exception&) {
      // No descriptors for a driver: that of another home serves, until there are some.
      if (core_.io() == nullptr) throw;
      return *core_.io();
    }
  }
  return *own_io_;
}

// ------------------------------------------------------------------ parking

void worker::park() {
  io_driver* io = core_.io();
  bool in_io = io != nullptr && io->try_acquire();
  const std::uint64_t bit = std::uint64_t{1} << id_;
  // Before the idle bit is set: whoever takes this worker out of the idle set makes it a searcher.
  const bool was_searching = std::exchange(searching_, false);
  parked_.store(in_io ? core_.parked_in_io : core_.parked_on_futex, std::memory_order_seq_cst);
  core_.idle_.fetch_or(bit, std::memory_order_seq_cst);
  if (was_searching) core_.searching_.fetch_sub(1, std::memory_order_seq_cst);
  if (io != nullptr && !in_io) in_io = take_over(*io);
  if (!core_.any_work() && !core_.stopping()) {
    const time_point next = core_.next_timer();
    const duration timeout =
        next == time_point::max() ? duration(-1) : std::max(duration(0), next - core_.now());
    wait_parked(in_io, timeout);
  }
  if (in_io) io->release();
  leave_idle_set(in_io);
}

// Who held the token a moment ago, for a poll, found this worker not yet in the idle set: without a
// second try all of them could sleep on futexes.
bool worker::take_over(io_driver& io) noexcept {
  if (!io.try_acquire()) return false;
  std::uint32_t expected = core_.parked_on_futex;
  if (parked_.compare_exchange_strong(expected, core_.parked_in_io, std::memory_order_seq_cst)) {
    return true;
  }
  io.release();  // somebody is waking this worker
  return false;
}

void worker::wait_parked(bool in_io, duration timeout) {
  if (parked_.load(std::memory_order_seq_cst) == core_.running) return;
  parks_.add();
  trace(trace_kind::worker_park, id_, in_io);
  if (in_io) io()->block(timeout);
  else futex_wait(parked_, core_.parked_on_futex, timeout);
  trace(trace_kind::worker_unpark, id_);
}

void worker::leave_idle_set(bool from_io) noexcept {
  const std::uint64_t bit = std::uint64_t{1} << id_;
  const std::uint64_t before = core_.idle_.fetch_and(~bit, std::memory_order_seq_cst);
  if ((before & bit) != 0) {
    parked_.store(core_.running, std::memory_order_seq_cst);
    if (from_io && core_.workers_.size() > 1) {
      searching_ = true;
      core_.searching_.fetch_add(1, std::memory_order_seq_cst);
    }
    return;
  }
  // Somebody took this worker out of the idle set and is about to finish waking it.
  while (parked_.load(std::memory_order_acquire) != core_.running) relax_cpu();
}

std::uint32_t worker::random() noexcept {
  random_state_ ^= random_state_ << 13;
  random_state_ ^= random_state_ >> 17;
  random_state_ ^= random_state_ << 5;
  return random_state_;
}

void timer::start(time_point when) {
  assert(this_worker != nullptr && "a timer starts on a worker");
  this_worker->timers().start(*this, when);
}

bool timer::start(time_point when, task_context& context, cancel_hook& hook) {
  assert(this_worker != nullptr && "a timer starts on a worker");
  return this_worker->timers().start(*this, when, context, hook);
}

}  // namespace weft::detail
