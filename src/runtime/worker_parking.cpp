#include "futex.hpp"
#include "scheduler_core.hpp"
#include "worker.hpp"

#include <weft/runtime/detail/timer.hpp>

#include <cassert>
#include <exception>
#include <utility>

// What a worker does when it comes to look around: clock, I/O, whom to wake, and its own sleep.

namespace weft::detail {
namespace {

// How often a worker that always has local work looks at the injection queue, the clock and I/O.
// A prime, so that it does not beat with periodic workloads (Go's choice too).
constexpr int ticks_between_looks = 61;
constexpr duration between_hand_overs = std::chrono::milliseconds(1);

}  // namespace

// ------------------------------------------------------------------ clock and I/O

// Wakes nobody for each task that it makes ready, but decides when all of them are there.
template <class Deliver>
bool worker::delivering(Deliver deliver) {
  delivering_ = weighs_wakes_;
  const bool delivered = deliver();
  delivering_ = false;
  if (delivered && weighs_wakes_) wake_for_backlog();
  return delivered;
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

bool worker::run_due_timers_of_others() {
  const time_point now = core_.now();
  return delivering([&] {
    std::size_t fired = 0;
    for (auto& w : core_.workers_) {
      if (w->timers_.next() <= now) fired += count_timers(w->timers_.run_due(now));
    }
    return fired != 0;
  });
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

io_driver& worker::own_io_or_make(make_io_driver make) {
  if (own_io_ == nullptr) {
    try {
      own_io_ = make(core_.io_kind_);
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
    time_point until = keeps_until;
    if (stands_by_ && !in_io) until = std::min(until, core_.now() + core_.stand_by);
    wait_parked(in_io, core_.time_until(until));
    delivering_ = false;
    core_.stop_keeping(keeps_until);
  }
  if (in_io) io->release();
  leave_idle_set(in_io);
  awake_since_ = core_.now();
  pace_.begin(awake_since_, slices_.value());
  // Who kept the time fires the timers of those who did not.
  if (keeps_until != time_point::max()) run_due_timers_of_others();
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
  stands_by_ = core_.has_gil() && (before & bit) == 0;
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

void timer::start(time_point when) {
  assert(this_worker != nullptr && "a timer starts on a worker");
  this_worker->timers().start(*this, when);
}

bool timer::start(time_point when, task_context& context, cancel_hook& hook) {
  assert(this_worker != nullptr && "a timer starts on a worker");
  return this_worker->timers().start(*this, when, context, hook);
}

}  // namespace weft::detail
