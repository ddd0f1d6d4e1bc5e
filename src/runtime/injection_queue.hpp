#pragma once

#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/task.hpp>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <new>
#include <vector>

namespace weft::detail {

/// Ready tasks that came from a thread which is no worker, first in, first out. It takes memory
/// only when more tasks wait than ever before.
class injection_queue {
public:
  /// @param wake  called when the task can be found. The lock is held: nobody runs the task before
  ///              the pusher is done with the scheduler, which may end with that task.
  /// @throws std::bad_alloc: then nothing has changed
  template <class Wake>
  void push(task_handle h, Wake wake) {
    std::lock_guard lock(mutex_);
    if (count_ == tasks_.size()) grow();
    tasks_[(first_ + count_) % tasks_.size()] = h;
    ++count_;
    show_count();
    wake();
  }

  /// @return null where there is none
  task_handle pop() {
    if (empty()) return nullptr;
    std::lock_guard lock(mutex_);
    if (count_ == 0) return nullptr;
    const task_handle h = tasks_[first_];
    drop_first();
    show_count();
    return h;
  }

  /// Takes all that are there, in order, but those that `take` finds no memory for.
  /// @param take  called with the lock held
  template <class Take>
  void pop_all(Take take) noexcept {
    if (empty()) return;
    std::lock_guard lock(mutex_);
    try {
      for (; count_ != 0; drop_first()) take(tasks_[first_]);
    } catch (const std::bad_alloc&) {
      // They wait for the next time.
    }
    show_count();
  }

  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }
  bool empty() const noexcept { return size_.load(std::memory_order_seq_cst) == 0; }

private:
  static constexpr std::size_t first_capacity = 64;

  void drop_first() noexcept {
    first_ = (first_ + 1) % tasks_.size();
    --count_;
  }
  void show_count() noexcept { size_.store(count_, std::memory_order_seq_cst); }

  void grow() {
    std::vector<task_handle> more(std::max(first_capacity, 2 * tasks_.size()));
    for (std::size_t i = 0; i < count_; ++i) more[i] = tasks_[(first_ + i) % tasks_.size()];
    tasks_.swap(more);
    first_ = 0;
  }

  os_mutex mutex_;
  std::vector<task_handle> tasks_;  // a ring: `count_` of them from `first_` on
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  atomic<std::size_t> size_{0};  // for who has no lock
};

}  // namespace weft::detail
