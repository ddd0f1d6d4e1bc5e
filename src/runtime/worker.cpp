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
constexpr int ticks_between_looks = 61;
// One in so many takes the line's first, so that newest-first starves nobody.
constexpr int ticks_between_turns = 16;
constexpr std::uint32_t longest_streak = 64;
constexpr int search_rounds = 4;

constexpr duration between_hand_overs = std::chrono::milliseconds(1);
// What its worker comes to by itself within that time is not worth moving to another.
constexpr duration held_up = std::chrono::microseconds(5);

run_queue::order_of order_under(const model& m) noexcept {
  return std::holds_alternative<parallel>(m) ? run_queue::order_of::newest_first
                                             : run_queue::order_of::oldest_first;
}

work_deque::thieves thieves_under(const model& m) noexcept {
  const bool shared = std::holds_alternative<gil>(m) || std::holds_alternative<parallel>(m);
  return shared ? work_deque::thieves::some : work_deque::thieves::none;
}

}  // namespace

constinit thread_local worker* this_worker = nullptr;

worker::worker(scheduler_core& core, unsigned id)
    : core_(core),
      id_(id),
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
  while (const task_handle h = queue_.steal()) core_.injected_.push(h, [] {});
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
  if (delivering_) return queue_.push_last(h);
  if (queue_.push_next(h)) wake_for_backlog();
}

void worker::push_last(task_handle h) {
  queue_.push_last(h);
  wake_for_backlog();
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

// ------------------------------------------------------------------ finding work

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
  const bool in_turn = streak_ >= longest_streak || ticks_left_ % ticks_between_turns == 0;
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

bool worker::run_due_timers_of_others() {
  const time_point now = core_.now();
  std::size_t fired = 0;
  for (auto& w : core_.workers_) {
    if (w->timers_.next() <= now) fired += count_timers(w->timers_.run_due(now));
  }
  return fired != 0;
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
  if (was_last && found && core_.any_backlog()) core_.wake_one_if_useful();
}

void worker::look_at_clock_and_io() {
  ticks_left_ = ticks_between_looks;
  kicked_.store(false, std::memory_order_relaxed);
  run_due_timers();
  poll_io();
  look_at_backlog();
}

bool worker::run_due_timers() {
  if (timers_.next() == time_point::max()) return false;
  const time_point now = core_.now();
  if (timers_.next() > now) return false;
  return delivering([&] { return count_timers(timers_.run_due(now)) != 0; });
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
  const bool delivered = delivering([&] { return driver->poll(); });
  trace(trace_kind::worker_poll_end, id_, delivered);
  driver->release();
  return delivered;
}

// ------------------------------------------------------------------ whom to wake

void worker::wake_for_backlog() noexcept {
  if (!has_backlog()) return;
  queue_.order();
  core_.wake_one_if_useful();
}

// Wakes nobody for each task that it makes ready, but decides when all of them are there.
template <class Deliver>
bool worker::delivering(Deliver deliver) {
  delivering_ = weighs_wakes_;
  const bool delivered = deliver();
  delivering_ = false;
  if (delivered && weighs_wakes_) wake_for_backlog();
  return delivered;
}

// A few short tasks are not worth a wake-up, unless one waits while newer ones keep going before
// it.
void worker::look_at_backlog() noexcept {
  if (!weighs_wakes_) return;
  look_at_forks_ = slices_.value() + slices_between_looks_at_forks;
  const time_point now = core_.now();
  pace_.learn(now, slices_.value());
  const auto oldest = queue_.oldest_of_stack();
  if (oldest != oldest_seen_ || oldest == run_queue::nobody) {
    oldest_seen_ = oldest;
    oldest_seen_at_ = now;
  } else if (now - oldest_seen_at_ >= pace::worth_a_wake) {
    oldest_seen_at_ = now;
    oldest_is_due_ = true;
    queue_.order();
    core_.wake_one_if_useful();
  }
}

// This worker was the one that looked at I/O and timers. Where slices are short it does so again
// before another would. They are not always: so now and then somebody takes over all the same.
void worker::hand_over() noexcept {
  if (!weighs_wakes_ || !has_queued()) return;
  if (!has_backlog() && awake_since_ < core_.handed_over() + between_hand_overs) return;
  core_.note_hand_over(awake_since_);
  core_.wake_one_if_useful();
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
  if (weighs_wakes_) pace_.learn(core_.now(), slices_.value());
  io_driver* io = core_.io();
  bool in_io = io != nullptr && io->try_acquire();
  const std::uint64_t bit = std::uint64_t{1} << id_;
  // Before the idle bit is set: whoever takes this worker out of the idle set makes it a searcher.
  const bool was_searching = std::exchange(searching_, false);
  time_point keeps_until = time_point::max();
  parked_.store(in_io ? core_.parked_in_io : core_.parked_on_futex, std::memory_order_seq_cst);
  core_.idle_.fetch_or(bit, std::memory_order_seq_cst);
  if (was_searching) core_.searching_.fetch_sub(1, std::memory_order_seq_cst);
  if (io != nullptr && !in_io) in_io = take_over(*io);
  if (!core_.any_backlog() && !core_.stopping()) {
    keeps_until = core_.keep_time(in_io);
    delivering_ = weighs_wakes_;
    wait_parked(in_io, core_.time_until(keeps_until));
    delivering_ = false;
    core_.stop_keeping(keeps_until);
  }
  if (in_io) io->release();
  leave_idle_set(in_io);
  awake_since_ = core_.now();
  pace_.begin(awake_since_, slices_.value());
  // Who kept the time fires the timers of those who did not.
  if (keeps_until != time_point::max()) {
    delivering([this] { return run_due_timers_of_others(); });
  }
  hand_over();
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
    if (from_io && core_.has_gil()) {
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
