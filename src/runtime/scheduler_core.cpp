#include "scheduler_core.hpp"

#include "futex.hpp"

#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/detail/contract.hpp>
#include <weft/runtime/scheduler.hpp>

#include <pthread.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <new>
#include <stdexcept>

namespace weft::detail {

constinit thread_local const atomic<bool>* attention_requested = &nothing_requested;

void give_attention() {
  if (this_worker != nullptr) this_worker->checkpoint();
}

void name_thread(const std::string& name) {
#if defined(__linux__)
  pthread_setname_np(pthread_self(), name.c_str());
#endif
}

scheduler_core::routing scheduler_core::routing_of(const model& m) noexcept {
  if (std::holds_alternative<deterministic>(m)) return routing::by_seed;
  const bool has_homes = std::holds_alternative<sharded>(m) || std::holds_alternative<threads>(m);
  return has_homes ? routing::to_home : routing::to_any_worker;
}

scheduler_core::scheduler_core(scheduler& owner, const model& m, io_kind io)
    : owner_(owner),
      model_(m),
      io_kind_(io),
      routing_(routing_of(m)),
      regular_(worker_count(m)),
      admitted_(regular_) {
  (void)offers_process_barrier();  // before anybody relies on it
  if (const auto* locked = std::get_if<weft::gil>(&m)) gil_.emplace(locked->switch_interval);
  if (const auto* seeded = std::get_if<deterministic>(&m)) {
    seed_state_ = seeded->seed;
    notes_.emplace();
  }
  make_workers();
  supervision_ = std::make_unique<task_scope>(*this, task_scope::kind::supervision);
  root_ = std::make_unique<task_scope>(*this, task_scope::kind::root);
}

void scheduler_core::make_workers() {
  const unsigned spares =
      std::holds_alternative<parallel>(model_) ? std::min(regular_, most_workers - regular_) : 0;
  // Under `threads` the others come when they are needed.
  const bool on_demand = std::holds_alternative<weft::threads>(model_);
  workers_.resize(regular_ + spares);
  for (unsigned id = 0; id < (on_demand ? 1 : workers_.size()); ++id)
    workers_[id] = std::make_unique<worker>(*this, id);
  if (has_homes()) {
    homes_.emplace(*this, workers_, on_demand ? homes::kind::threads : homes::kind::shards);
  }
}

scheduler_core::~scheduler_core() {
  if (is_running_) broken_contract("a scheduler was destroyed while its run() is under way");
  for (const task_handle never_started : early_) never_started.destroy();
  root_.reset();
}

void scheduler_core::route(task_handle h) {
  if (routing_ == routing::to_home) homes_->make_ready(h);
  else if (routing_ == routing::by_seed && is_here()) make_drawable(h);
  else injected_.push(h, [this] { wake_one_if_useful(); });
}

std::coroutine_handle<> scheduler_core::transfer_to(task_handle h) noexcept {
  return has_homes() ? homes_->transfer_to(h) : this_worker->enter(h);
}

void scheduler_core::queue_forker(worker& here, task_handle child, task_handle forker) {
  if (routing_ == routing::to_any_worker) return here.push_forker(forker);
  if (is_deterministic()) return drawable_.push_back(forker);
  child.promise().context->set_home(here.id());
  here.queue_.push_forker(forker);
}

time_point scheduler_core::now() const noexcept {
  if (is_deterministic()) return time_point(duration(virtual_now_.load(std::memory_order_relaxed)));
  return os_now();
}

io_driver& scheduler_core::io_or_attach(make_io_driver make) {
  if (has_homes()) return this_worker->own_io_or_make(make);
  if (io_driver* attached = io()) return *attached;
  {
    std::lock_guard lock(attach_mutex_);
    if (owned_io_ == nullptr) owned_io_ = make(io_kind_);
    io_.store(owned_io_.get(), std::memory_order_release);
  }
  // A worker that sleeps on a futex must come to the new driver.
  wake_one();
  return *owned_io_;
}

void scheduler_core::lend_io(io_driver& driver) noexcept {
  io_driver* none = nullptr;
  io_.compare_exchange_strong(none, &driver, std::memory_order_acq_rel);
}

// ------------------------------------------------------------------ waking

void scheduler_core::wake_one_if_useful() noexcept {
  if (idle_.load(std::memory_order_seq_cst) != 0 &&
      searching_.load(std::memory_order_seq_cst) == 0) {
    wake_one();
  }
}

void scheduler_core::wake_one() noexcept {
  unsigned none = 0;
  if (!searching_.compare_exchange_strong(none, 1, std::memory_order_seq_cst)) return;
  std::uint64_t idle = idle_.load(std::memory_order_seq_cst);
  while (idle != 0) {
    const std::uint64_t bit = idle & (~idle + 1);
    if (idle_.compare_exchange_weak(idle, idle & ~bit, std::memory_order_seq_cst)) {
      worker& w = *workers_[static_cast<std::size_t>(std::countr_zero(bit))];
      w.searching_ = true;  // w is parked and looks at it only after unpark()
      unpark(w);
      return;
    }
  }
  searching_.fetch_sub(1, std::memory_order_seq_cst);
}

void scheduler_core::unpark(worker& w) noexcept {
  const auto was = w.parked_.exchange(running, std::memory_order_seq_cst);
  if (was == parked_on_futex) futex_wake(w.parked_);
  if (was == parked_in_io) w.io()->interrupt();
  trace_time_passes();
}

bool scheduler_core::nobody_stands_by() noexcept {
  if (!has_gil()) return false;
  const time_point t = now();
  if (t < handed_over() + stand_by) return false;
  note_hand_over(t);
  return true;
}

bool scheduler_core::any_backlog() const noexcept {
  if (!injected_.empty()) return true;
  return std::any_of(workers_.begin(), workers_.end(), [](auto& w) { return w->has_backlog(); });
}

// One parked worker waits for the next timer, the others for somebody to wake them. The one that
// waits for I/O takes precedence: what a timer starts usually goes on with I/O.
time_point scheduler_core::keep_time(bool in_io) noexcept {
  const time_point next = next_timer();
  if (next == time_point::max()) return next;
  const auto mine = next.time_since_epoch().count();
  auto kept = kept_until_.load(std::memory_order_seq_cst);
  while (mine < kept || (mine == kept && in_io)) {
    if (kept_until_.compare_exchange_weak(kept, mine, std::memory_order_seq_cst)) return next;
  }
  return has_gil() ? next + stand_by : time_point::max();
}

duration scheduler_core::time_until(time_point when) const noexcept {
  return when == time_point::max() ? duration(-1) : std::max(duration(0), when - now());
}

void scheduler_core::stop_keeping(time_point until) noexcept {
  auto mine = until.time_since_epoch().count();
  constexpr auto never = time_point::max().time_since_epoch().count();
  kept_until_.compare_exchange_strong(mine, never, std::memory_order_seq_cst);
}

time_point scheduler_core::next_timer() const noexcept {
  time_point next = time_point::max();
  for (auto& w : workers_) next = std::min(next, w->timers_.next());
  return next;
}

// ------------------------------------------------------------------ metrics

scheduler_metrics scheduler_core::metrics() {
  scheduler_metrics all;
  for_each_worker([&](const worker& w) {
    all.workers.push_back(w.metrics());
    all.workers.back().is_spare = w.id() >= regular_;
  });
  all.injected = injected_.size();
  all.spares_released = spares_released_.value();
  if (gil_) all.gil = gil_->metrics();
  all.blocking = blocking_.metrics();
  return all;
}

bool scheduler_core::runs_one_task_at_a_time_here() const noexcept {
  if (this_worker == nullptr || &this_worker->core() != this) return false;
  return has_gil() || is_deterministic() || std::holds_alternative<event_loop>(model_);
}

bool scheduler_core::is_only_worker_here() const noexcept {
  return is_here() && (is_deterministic() || std::holds_alternative<event_loop>(model_));
}

void report_unhandled(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "weft: a background task ended with an exception: %s\n", e.what());
  } catch (...) {
    std::fputs("weft: a background task ended with an unknown exception\n", stderr);
  }
}

// ------------------------------------------------------------------ the running task

void make_ready(task_handle h) noexcept {
  task_context& context = *h.promise().context;
  if (is_tracing()) [[unlikely]]
    trace_ready(context);
  context.scope().core().make_ready(h);
}

void make_ready_last(task_handle h) noexcept {
  task_context& context = *h.promise().context;
  if (is_tracing()) [[unlikely]]
    trace_ready(context);
  context.scope().core().make_ready_last(h);
}

std::coroutine_handle<> next_ready() noexcept {
  return this_worker != nullptr ? this_worker->take_next() : std::noop_coroutine();
}

std::coroutine_handle<> next_ready(task_handle woken) noexcept {
  if (!woken) return next_ready();
  worker* const here = this_worker;
  task_context& context = *woken.promise().context;
  if (here == nullptr || &here->core() != &context.scope().core() || !here->runs_woken_next()) {
    make_ready(woken);
    return next_ready();
  }
  if (is_tracing()) [[unlikely]]
    trace_ready(context);
  return here->enter(woken);
}

std::coroutine_handle<> transfer_to(task_handle h) noexcept {
  if (this_worker == nullptr) return h;
  this_worker->traced.found_in = trace_queue::handed;
  return this_worker->core().transfer_to(h);
}

// Apart from run_forked(), which so has no register to save.
[[gnu::noinline]] std::coroutine_handle<> run_forked_slowly(task_handle child, task_handle forker) {
  worker& here = *this_worker;
  if (is_tracing()) trace_fork(*forker.promise().context, *child.promise().context);
  try {
    here.core().queue_forker(here, child, forker);
  } catch (...) {
    std::exchange(child.promise().context, nullptr)->free_context();
    throw;
  }
  return here.enter(child);
}

std::coroutine_handle<> run_forked(task_handle child, task_handle forker) {
  worker& here = *this_worker;
  if (!is_tracing() && here.core().try_queue_forker(here, forker)) [[likely]]
    return here.enter(child);
  return run_forked_slowly(child, forker);
}

task_context* current_context() noexcept {
  return this_worker != nullptr ? this_worker->context() : nullptr;
}

task_context& require_context(const char* what) {
  task_context* context = current_context();
  if (context == nullptr) throw std::logic_error(std::string(what) + " needs a running weft task");
  return *context;
}

}  // namespace weft::detail

weft::io_driver& weft::attached_io_driver(make_io_driver make) {
  return detail::require_context("I/O").scope().core().io_or_attach(make);
}
