#include "homes.hpp"

#include "scheduler_core.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <string>

namespace weft::detail {

homes::homes(scheduler_core& core, worker_list& workers, kind k)
    : core_(core), workers_(workers), kind_(k) {
  if (kind_ == kind::shards) {
    open_ = static_cast<std::uint32_t>(workers_.size());
  } else {
    residents_.resize(workers_.size());
    vacant_.reserve(workers_.size());
  }
}

worker* homes::here() const noexcept {
  return this_worker != nullptr && &this_worker->core() == &core_ ? this_worker : nullptr;
}

worker& homes::home_of(task_handle h) const noexcept {
  return *workers_[h.promise().context->home()];
}

// ------------------------------------------------------------------ who lives where

void homes::settle(task_context& task, placement where) noexcept {
  const worker* const spawner = here();
  // From outside nothing but run() spawns beside itself: the main task and its supervisor.
  const bool is_main = spawner == nullptr && where == placement::beside;
  if (is_main) task.set_home(0);
  else if (kind_ == kind::threads) task.set_home(occupy(where));
  else task.set_home(where == placement::dealt ? next_in_turn() : spawner->id());
}

placement homes::placement_of_background() const noexcept {
  return here() == nullptr ? placement::dealt : placement::beside;
}

std::uint32_t homes::next_in_turn() noexcept {
  return turn_.fetch_add(1, std::memory_order_relaxed) % open_;
}

std::uint32_t homes::occupy(placement where) noexcept {
  std::lock_guard lock(mutex_);
  const std::uint32_t id = where == placement::here ? here()->id() : vacant_or_shared();
  ++residents_[id];
  return id;
}

std::uint32_t homes::vacant_or_shared() noexcept {
  if (!vacant_.empty()) {
    const std::uint32_t id = vacant_.back();  // the one whose memory is warm
    vacant_.pop_back();
    return id;
  }
  if (add_thread()) return open_ - 1;
  return open_ == 1 ? 0 : 1 + next_in_turn() % (open_ - 1);
}

void homes::vacate(const task_context& task) noexcept {
  if (kind_ != kind::threads || task.home() == 0) return;
  std::lock_guard lock(mutex_);
  if (--residents_[task.home()] == 0) vacant_.push_back(task.home());
}

// ------------------------------------------------------------------ threads

bool homes::add_thread() noexcept {
  if (open_ == workers_.size()) return false;
  try {
    if (workers_[open_] == nullptr) workers_[open_] = std::make_unique<worker>(core_, open_);
    start_thread(open_);
  } catch (const std::exception&) {
    return false;  // the system gives no more threads: share those that there are
  }
  ++open_;
  return true;
}

void homes::start_thread(std::uint32_t id) {
  threads_.emplace_back([this, id] {
    name_thread("weft-worker-" + std::to_string(id));
    core_.wait_for_run();
    workers_[id]->run();
  });
}

void homes::start() {
  if (kind_ == kind::threads) return;
  for (std::uint32_t id = 1; id < open_; ++id) start_thread(id);
}

void homes::stop() noexcept {
  std::lock_guard lock(mutex_);
  for (std::uint32_t id = 0; id < open_; ++id) core_.unpark(*workers_[id]);
}

void homes::join() {
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  if (kind_ == kind::shards) return;
  open_ = 1;
  vacant_.clear();
  std::fill(residents_.begin(), residents_.end(), 0);
}

std::vector<worker*> homes::list() {
  std::lock_guard lock(mutex_);
  std::vector<worker*> there;
  for (const auto& w : workers_) {
    if (w != nullptr) there.push_back(w.get());
  }
  return there;
}

// ------------------------------------------------------------------ ready tasks

void homes::make_ready(task_handle h) {
  worker& home = home_of(h);
  if (&home == this_worker) home.line_up(h);
  else home.inbox_.push(h, [&] { core_.unpark(home); });
}

std::coroutine_handle<> homes::transfer_to(task_handle h) noexcept {
  if (&home_of(h) == this_worker) return this_worker->enter(h);
  make_ready(h);
  return std::noop_coroutine();
}

// ------------------------------------------------------------------ a home's loop

void worker::run_at_home() {
  while (!core_.stopping()) {
    traced.found_in = trace_queue::own;
    if (const task_handle h = find_at_home()) run_one(h);
    else park_at_home();
  }
}

task_handle worker::find_at_home() {
  if (is_time_to_look()) {
    look_at_clock_and_io();
    empty_inbox();
  }
  if (const task_handle h = find_local()) return h;
  empty_inbox();
  run_due_timers();
  if (queue_.empty()) poll_io();
  return find_local();
}

void worker::empty_inbox() {
  inbox_.pop_all([this](task_handle h) {
    traced.forget_time();
    queue_.push_last(h);
  });
}

void worker::park_at_home() {
  const bool in_io = own_io_ != nullptr;
  parked_.store(in_io ? core_.parked_in_io : core_.parked_on_futex, std::memory_order_seq_cst);
  if (inbox_.empty() && !core_.stopping()) {
    wait_parked(in_io, core_.time_until(timers_.next()));
  }
  parked_.store(core_.running, std::memory_order_seq_cst);
}

}  // namespace weft::detail
