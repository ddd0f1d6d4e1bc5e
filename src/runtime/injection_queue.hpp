#pragma once

#include <weft/runtime/task.hpp>
#include <weft/runtime/threading.hpp>

#include <cstddef>
#include <deque>
#include <mutex>

namespace weft::detail {

/// Ready tasks that came from a thread which is no worker, first in, first out.
class injection_queue {
public:
  /// @param wake  called when the task can be found. The lock is held: nobody runs the task before
  ///              the pusher is done with the scheduler, which may end with that task.
  template <class Wake>
  void push(task_handle h, Wake wake) {
    std::lock_guard lock(mutex_);
    tasks_.push_back(h);
    size_.store(tasks_.size(), std::memory_order_seq_cst);
    wake();
  }

  /// @return null where there is none
  task_handle pop() {
    if (empty()) return nullptr;
    std::lock_guard lock(mutex_);
    if (tasks_.empty()) return nullptr;
    const task_handle h = tasks_.front();
    tasks_.pop_front();
    size_.store(tasks_.size(), std::memory_order_seq_cst);
    return h;
  }

  /// Takes everything that is there; `take` is called with the lock held.
  template <class Take>
  void pop_all(Take take) {
    if (empty()) return;
    std::lock_guard lock(mutex_);
    for (const task_handle h : tasks_) take(h);
    tasks_.clear();
    size_.store(0, std::memory_order_seq_cst);
  }

  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }
  bool empty() const noexcept { return size_.load(std::memory_order_seq_cst) == 0; }

private:
  os_mutex mutex_;
  std::deque<task_handle> tasks_;
  atomic<std::size_t> size_{0};
};

}  // namespace weft::detail
