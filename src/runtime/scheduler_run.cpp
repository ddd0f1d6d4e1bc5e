#include "futex.hpp"
#include "scheduler_core.hpp"

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>

#include <exception>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

// One run(), from its threads to the end of its last task.

namespace weft::detail {

// No worker is admitted before the threads and the supervisor are there: so a run that finds no
// thread or no memory has run nothing.
void scheduler_core::begin_run(task_handle main) {
  std::unique_lock lock(early_mutex_);
  if (is_running_) throw std::logic_error("run() of a scheduler whose run() is under way");
  if (is_stuck_) throw std::logic_error("run() of a scheduler that a deadlock has left stuck");
  stopping_.store(0, std::memory_order_seq_cst);
  admitted_.store(0, std::memory_order_seq_cst);
  try {
    start_threads();
    start_supervisor();
  } catch (...) {
    stop();
    join_threads();
    throw;
  }
  is_running_ = true;
  open_root();
  lock.unlock();
  try {
    main_ = join_state(root_->spawn(main, true));
  } catch (...) {
    run_workers();  // what was spawned before is cancelled and joined
    end_run();
    throw;
  }
}

join_state scheduler_core::run() {
  run_workers();
  if (is_stuck_) main_.abandon();
  end_run();
  return std::move(main_);
}

void scheduler_core::end_run() {
  std::lock_guard lock(early_mutex_);
  is_running_ = false;
  if (deadlock_) std::rethrow_exception(std::exchange(deadlock_, nullptr));
}

// ------------------------------------------------------------------ threads

void scheduler_core::start_threads() {
  if (has_homes()) return homes_->start();
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    threads_.emplace_back([this, i] {
      name_thread("weft-worker-" + std::to_string(i));
      wait_for_run();
      workers_[i]->run();
    });
  }
  if (std::holds_alternative<parallel>(model_)) {
    threads_.emplace_back([this] {
      name_thread("weft-monitor");
      wait_for_run();
      monitor();
    });
  }
}

void scheduler_core::join_threads() {
  if (has_homes()) return homes_->join();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void scheduler_core::run_workers() {
  admitted_.store(regular_, std::memory_order_seq_cst);
  futex_wake_all(admitted_);
  workers_.front()->run();
  join_threads();
}

void scheduler_core::stop() noexcept {
  stopping_.store(1, std::memory_order_seq_cst);
  futex_wake(stopping_);
  admitted_.store(all_workers, std::memory_order_seq_cst);
  futex_wake_all(admitted_);
  if (has_homes()) return homes_->stop();
  // Only who takes a worker out of the idle set may wake it. One that is not in it runs, and sees
  // the flag, or is being woken.
  const std::uint64_t idle = idle_.exchange(0, std::memory_order_seq_cst);
  for (auto& w : workers_) {
    if ((idle >> w->id_ & 1) != 0) unpark(*w);
  }
}

// ------------------------------------------------------------------ tasks

void scheduler_core::start_supervisor() {
  task<> supervisor = supervise();
  supervision_->spawn(erase(supervisor.frame()), false);
  supervisor.release();
}

task<> scheduler_core::supervise() {
  if (main_) co_await join_awaiter(main_);
  // From now on what is spawned waits for the next run().
  takes_spawns_.store(false, std::memory_order_relaxed);
  root_->cancel();
  co_await scope_awaiter(*root_);
  stop();
}

void scheduler_core::open_root() noexcept {
  root_->open();
  takes_spawns_.store(true, std::memory_order_relaxed);
  start_early();
}

// What there is no memory for waits for the next run.
void scheduler_core::start_early() noexcept {
  auto frame = early_.begin();
  try {
    for (; frame != early_.end(); ++frame) root_->spawn(*frame, false, placement::dealt);
  } catch (const std::bad_alloc&) {}
  early_.erase(early_.begin(), frame);
}

void scheduler_core::spawn_background(task_handle frame) {
  require_startable(frame);
  if (takes_spawns_.load(std::memory_order_relaxed) && root_->try_spawn(frame)) return;
  std::lock_guard lock(early_mutex_);
  if (takes_spawns_.load(std::memory_order_relaxed) && root_->try_spawn(frame)) return;
  early_.push_back(frame);
}

}  // namespace weft::detail
