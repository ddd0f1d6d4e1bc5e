#pragma once

#include <weft/runtime/detail/contract.hpp>
#include <weft/runtime/detail/task_context.hpp>
#include <weft/runtime/task.hpp>

#include <atomic>
#include <utility>

namespace weft::detail {

/// One side of go(): the frame of a spawned task until somebody has collected its result.
class join_state {
public:
  join_state() noexcept : context_(nullptr) {}
  explicit join_state(task_context& context) noexcept : context_(&context) {}
  join_state(join_state&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
  join_state& operator=(join_state&& other) noexcept {
    if (this != &other) {
      if (context_ != nullptr) drop(*context_);
      context_ = std::exchange(other.context_, nullptr);
    }
    return *this;
  }
  ~join_state() {
    if (context_ != nullptr) drop(*context_);
  }

  /// Also where there is no task.
  bool ended() const noexcept {
    return context_ == nullptr ||
           task_context::has_ended(context_->join_.load(std::memory_order_acquire));
  }
  /// @return false where the task has ended already
  bool suspend(task_handle joiner) noexcept;
  void cancel() noexcept {
    if (context_ != nullptr) context_->cancel();
  }
  /// Leaves the task where it is: for one that will never run again.
  void abandon() noexcept { context_ = nullptr; }
  task_handle frame() const noexcept {
    if (context_ == nullptr) [[unlikely]]
      broken_contract("a join_handle was moved while somebody awaits its join()");
    return context_->frame();
  }
  /// Until the task is collected.
  task_context& context() const noexcept { return *context_; }
  /// Destroys the frame of an ended task, whose result has been taken.
  void collect() noexcept { std::exchange(context_, nullptr)->free(); }
  explicit operator bool() const noexcept { return context_ != nullptr; }

private:
  static void drop(task_context& context) noexcept;

  task_context* context_;
};

}  // namespace weft::detail
