#include "execution.hpp"

#include "memory.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace weft::testing {
namespace {

constexpr auto start_of_time = time_point(std::chrono::seconds(1000));
// A loop without a wait or a spin, as a failing compare-and-swap, is taken for a spin after so many
// steps: else a depth-first search would stay in it.
constexpr unsigned longest_run = 300;
constexpr unsigned relaxes_before_a_spin = 4;
constexpr unsigned spins_before_time_passes = 8;
constexpr unsigned spins_of_a_livelock = 300;
constexpr unsigned time_outs_of_a_lost_wake_up = 200;
constexpr auto time_of_a_spin = std::chrono::microseconds(1);

}  // namespace

// ------------------------------------------------------------------ one run

void execution::run(const std::function<void()>& body, chooser& choices,
                    const execution_limits& limits, bool watches_memory) {
  begin(limits, choices);
  running_ = this;
  if (watches_memory) begin_watching_memory();
  try {
    body();
  } catch (const std::exception& e) {
    fail(std::string("an exception left the check: ") + e.what());
  }
  finish();
  const auto leaked = end_watching_memory();
  if (watches_memory && leaked != 0) {
    fail(std::to_string(leaked) + " allocations were not freed");
  }
  running_ = nullptr;
}

void execution::begin(const execution_limits& limits, chooser& choices) {
  limits_ = limits;
  chooser_ = &choices;
  used_ = 0;
  current_ = 0;
  idle_ = false;
  choices_.clear();
  log_.clear();
  names_.clear();
  unnamed_.clear();
  changes_ = time_moves_ = waits_ = changes_when_idle_ = 0;
  quiet_time_outs_ = 0;
  now_ = start_of_time;
  enlist().id = std::this_thread::get_id();
}

void execution::finish() {
  const auto last = actors_.begin() + static_cast<std::ptrdiff_t>(used_);
  if (std::any_of(actors_.begin() + 1, last, [](auto& a) { return !a->ended; })) {
    fail("the check ended before all of its threads");
  }
  drain_own();
  self().ended = true;
}

// The next actor of the pool, as new.
execution::actor& execution::enlist() {
  if (used_ == actors_.size()) actors_.push_back(std::make_unique<actor>(used_));
  actor& a = *actors_[used_++];
  a.ended = false;
  a.wait = {};
  a.stores.clear();
  a.doing = operation(op::begin, nullptr, {});
  a.spinning = false;
  a.steps_since_wait = 0;
  a.relaxes = 0;
  a.lonely_spins = 0;
  a.lonely_since = 0;
  a.own_changes = a.seen_changes = 0;
  return a;
}

unsigned execution::start(std::unique_ptr<thread_body> body) {
  unwatched scope;
  const bool is_new = used_ == actors_.size();
  actor& a = enlist();
  a.body = std::move(body);
  changed();
  if (is_new) {
    std::thread thread([this, &a] { perform(a); });
    a.id = thread.get_id();
    thread.detach();
  }
  return a.index;
}

// The life of a pool thread; it ends with the process.
void execution::perform(actor& self) {
  for (;;) {
    self.turn.take();
    log_step(self.doing);
    try {
      self.body->run();
    } catch (const std::exception& e) {
      fail(std::string("an exception left a thread: ") + e.what());
    }
    self.body.reset();
    point(operation(op::end, nullptr, {}));
    self.ended = true;
    changed();
    const unsigned next = decide();
    current_ = next;
    actors_[next]->turn.give();
  }
}

std::thread::id execution::id_of(unsigned thread) const noexcept { return actors_[thread]->id; }

// ------------------------------------------------------------------ steps

void execution::point(operation next) {
  actor& a = self();
  a.doing = next;
  if (++a.steps_since_wait > longest_run) give_way(a);
  hand_over(decide());
  a.spinning = false;
  // A futex wake-up takes an address, whatever is there.
  const bool only_address = next.what == op::futex_wake || next.what == op::futex_wake_all;
  if (next.object != nullptr && !only_address && is_freed(next.object, 1)) {
    fail("an operation on freed memory");
  }
  if (a.doing.fences) drain_own();
  log_step(a.doing);
}

void execution::log_step(operation& done) {
  unwatched scope;
  if (log_.size() >= limits_.most_steps) fail("livelock: no end after so many steps");
  done.thread = current_;
  last_step_ = log_.size();
  log_.push_back(done);
}

void execution::hand_over(unsigned next) {
  if (next == current_) return;
  actor& from = self();
  current_ = next;
  actors_[next]->turn.give();
  from.turn.take();
}

void execution::saw(std::uint64_t value) {
  operation& last = log_[last_step_];
  last.has_values = true;
  last.before = last.after = value;
}

void execution::changed(std::uint64_t before, std::uint64_t after) {
  saw(before);
  log_[last_step_].after = after;
  if (before != after) changed();
}

void execution::changed() noexcept {
  ++changes_;
  ++self().own_changes;
}

void execution::give_way(actor& a) {
  unwatched scope;
  a.spinning = true;
  a.seen_changes = changes_by_others(a);
  a.steps_since_wait = 0;
  chooser_->gives_way(a.index);
}

void execution::spin(const location& where) {
  give_way(self());
  operation spinning(op::spin, nullptr, where);
  spinning.fences = false;
  point(spinning);
}

// Not all that relaxes the processor is a pure spin (a search for work is not), so a few of them
// are steps like any other.
void execution::relax(const location& where) {
  actor& a = self();
  const auto seen = changes_by_others(a);
  a.relaxes = seen == a.seen_changes ? a.relaxes + 1 : 1;
  a.seen_changes = seen;
  if (a.relaxes > relaxes_before_a_spin) return spin(where);
  operation relaxing(op::relax, nullptr, where);
  relaxing.fences = false;
  point(relaxing);
}

void execution::lock(mutex_state& mutex, const operation& how) {
  actor& a = self();
  a.wait.what = wait_state::kind::mutex;
  a.wait.mutex = &mutex;
  point(how);
  a.wait = {};
  mutex.held = true;
  changed();
}

bool execution::wait(const void* object, mutex_state* mutex, time_point deadline) {
  actor& a = self();
  a.wait.what = wait_state::kind::wake;
  a.wait.object = object;
  a.wait.mutex = mutex;
  a.wait.deadline = deadline;
  a.wait.timed_out = false;
  a.wait.since = ++waits_;
  a.steps_since_wait = 0;
  if (mutex != nullptr) {
    mutex->held = false;
    changed();
  }
  hand_over(decide());
  const bool woken = !a.wait.timed_out;
  a.wait = {};
  if (mutex != nullptr) mutex->held = true;
  return woken;
}

void execution::wake(const void* object, bool all) {
  unwatched scope;
  std::vector<actor*> sleepers;
  for (unsigned i = 0; i < used_; ++i) {
    actor& a = *actors_[i];
    if (!a.ended && a.wait.what == wait_state::kind::wake && a.wait.object == object) {
      sleepers.push_back(&a);
    }
  }
  std::ranges::sort(sleepers, {}, [](actor* a) { return a->wait.since; });
  if (!all && sleepers.size() > 1) {
    options_.clear();
    for (actor* a : sleepers) {
      const bool costs = limits_.counts_every_choice && !options_.empty();
      options_.push_back({option::kind::wake, a->index, costs});
    }
    sleepers = {sleepers[choose()]};
  }
  for (actor* a : sleepers) end_wait(*a, false);
  if (!sleepers.empty()) changed();
  saw(sleepers.size());
}

void execution::join(unsigned thread) {
  actor& a = self();
  a.wait.what = wait_state::kind::thread;
  a.wait.thread = thread;
  point(operation(op::join_thread, nullptr, {}));
  a.wait = {};
  saw(thread);
}

// ------------------------------------------------------------------ who goes on

bool execution::can_run(const actor& a) const noexcept {
  if (a.ended) return false;
  switch (a.wait.what) {
    case wait_state::kind::nothing: return true;
    case wait_state::kind::mutex: return !a.wait.mutex->held;
    case wait_state::kind::thread: return actors_[a.wait.thread]->ended;
    case wait_state::kind::wake: return false;
  }
  return false;
}

std::uint64_t execution::changes_by_others(const actor& a) const noexcept {
  return changes_ - a.own_changes + time_moves_;
}

bool execution::is_fresh(const actor& a) const noexcept {
  return !a.spinning || changes_by_others(a) != a.seen_changes;
}

unsigned execution::decide() {
  unwatched scope;
  for (;;) {
    collect();
    if (options_.empty()) fail("deadlock: no thread can go on");
    const option chosen = options_[choose()];
    if (apply(chosen)) return chosen.thread;
  }
}

void execution::collect() {
  options_.clear();
  add_runnable(false);
  if (options_.empty() && drain_all()) add_runnable(false);
  idle_ = options_.empty();
  if (idle_) add_runnable(true);
  add_time_outs(options_.empty());
  add_drains();
  if (!options_.empty() || !idle_) return;
  // Nothing but threads that spin: let them show that it is for ever.
  for (unsigned i = 0; i < used_; ++i) {
    if (can_run(*actors_[i])) options_.push_back({option::kind::run, i, false});
  }
}

// The running thread first, then the others in turn.
void execution::add_runnable(bool spinners) {
  const auto is_option = [&](const actor& a) {
    if (!can_run(a) || is_fresh(a) == spinners) return false;
    return !spinners || may_spin_on(a);
  };
  const bool can_stay = is_option(self());
  for (unsigned i = 0; i < used_; ++i) {
    const unsigned thread = (current_ + i) % used_;
    if (!is_option(*actors_[thread])) continue;
    const bool costs = !options_.empty() && (can_stay || limits_.counts_every_choice);
    options_.push_back({option::kind::run, thread, costs});
  }
}

void execution::add_time_outs(bool idle) {
  if (!idle && !limits_.early_time_outs) return;
  const auto first = static_cast<std::ptrdiff_t>(options_.size());
  for (unsigned i = 0; i < used_; ++i) {
    const actor& a = *actors_[i];
    if (a.ended || a.wait.what != wait_state::kind::wake) continue;
    if (a.wait.deadline == time_point::max()) continue;
    options_.push_back({option::kind::time_out, i, true});
  }
  std::sort(options_.begin() + first, options_.end(), [&](auto& a, auto& b) {
    const auto time_of = [&](auto& o) { return actors_[o.thread]->wait.deadline; };
    return std::pair(time_of(a), a.thread) < std::pair(time_of(b), b.thread);
  });
  if (idle && !options_.empty()) options_.front().costs = false;
}

void execution::add_drains() {
  if (!limits_.store_buffers) return;
  for (unsigned i = 0; i < used_; ++i) {
    if (!actors_[i]->stores.empty()) options_.push_back({option::kind::drain, i, true});
  }
}

std::size_t execution::choose() {
  if (options_.size() == 1) return 0;
  const auto chosen = chooser_->choose(options_);
  choices_.push_back(static_cast<std::uint8_t>(chosen));
  return chosen;
}

// @return whether somebody runs now; else there is another choice to make
bool execution::apply(const option& chosen) {
  actor& a = *actors_[chosen.thread];
  switch (chosen.what) {
    case option::kind::drain: drain_one(a); return false;
    case option::kind::time_out: time_passes(a, !chosen.costs); return false;
    case option::kind::run:
    case option::kind::wake: break;
  }
  if (idle_ && a.spinning) spin_alone(a);
  return true;
}

bool execution::may_spin_on(const actor& a) const noexcept {
  return a.lonely_since != changes_ + time_moves_ || a.lonely_spins < spins_before_time_passes;
}

void execution::spin_alone(actor& a) {
  if (std::exchange(a.lonely_since, changes_ + time_moves_) != a.lonely_since) a.lonely_spins = 0;
  now_ += time_of_a_spin;
  if (++a.lonely_spins > spins_of_a_livelock) {
    fail("livelock: threads spin, and nobody can change what they look at");
  }
}

void execution::time_passes(actor& waiting, bool idle) {
  if (idle) {
    quiet_time_outs_ = changes_ == changes_when_idle_ ? quiet_time_outs_ + 1 : 0;
    changes_when_idle_ = changes_;
    if (quiet_time_outs_ > time_outs_of_a_lost_wake_up) {
      fail("lost wake-up: nothing but time-outs happens");
    }
  }
  now_ = std::max(now_, waiting.wait.deadline);
  ++time_moves_;
  operation line(op::time_out, waiting.wait.object, {});
  line.thread = waiting.index;
  log_.push_back(line);
  end_wait(waiting, true);
}

void execution::end_wait(actor& waiting, bool timed_out) noexcept {
  waiting.wait.timed_out = timed_out;
  waiting.wait.what =
      waiting.wait.mutex != nullptr ? wait_state::kind::mutex : wait_state::kind::nothing;
}

// ------------------------------------------------------------------ store buffers

void execution::buffer(void* object, std::uint64_t bits, write_function write) {
  unwatched scope;
  self().stores.push_back({object, bits, write});
  log_[last_step_].what = op::buffered_store;
  saw(bits);
}

void execution::forget(const void* object) {
  if (limits_.store_buffers && buffered(object) != nullptr) drain_own();
}

const std::uint64_t* execution::buffered(const void* object) const noexcept {
  const auto& stores = actors_[current_]->stores;
  const auto newest = std::find_if(stores.rbegin(), stores.rend(),
                                   [&](auto& store) { return store.object == object; });
  return newest == stores.rend() ? nullptr : &newest->bits;
}

bool execution::drain_one(actor& owner) {
  const buffered_store oldest = owner.stores.front();
  owner.stores.erase(owner.stores.begin());
  oldest.write(oldest.object, oldest.bits);
  ++changes_;
  ++owner.own_changes;
  operation line(op::drain, oldest.object, {});
  line.thread = owner.index;
  line.has_values = true;
  line.before = line.after = oldest.bits;
  log_.push_back(line);
  return true;
}

void execution::drain_own() {
  unwatched scope;
  while (!self().stores.empty()) drain_one(self());
}

void execution::drain_all_stores() {
  unwatched scope;
  drain_all();
}

bool execution::drain_all() {
  bool any = false;
  for (unsigned i = 0; i < used_; ++i) {
    while (!actors_[i]->stores.empty()) any = drain_one(*actors_[i]);
  }
  return any;
}

}  // namespace weft::testing
