#pragma once

#include "next_slot.hpp"
#include "work_deque.hpp"

#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/task.hpp>

#include <cstddef>
#include <cstdint>
#include <new>

namespace weft::detail {

/// What is ready on one worker, and in which order it goes:
///
///   slot   the task that the running one woke last: it runs next
///   stack  what tasks of this worker started or woke before it, newest first, for the cache
///   line   what came from I/O and timers, and who yielded: oldest first, so that none of many
///          connections starves
///
/// Under `oldest_first` all goes into the line. The owner pushes and takes; any thread steals, the
/// oldest of a part. Nothing here orders a push before a look at who sleeps: see order().
class run_queue {
public:
  enum class order_of { newest_first, oldest_first };

  run_queue(order_of order, work_deque::thieves thieves)
      : has_stack_(order == order_of::newest_first),
        line_(first_capacity, thieves),
        stack_(has_stack_ ? first_capacity : 1, thieves),
        forkers_(has_stack_ ? stack_ : line_),
        slot_(thieves) {}

  /// Whether all goes in the order in which it came.
  bool is_one_line() const noexcept { return !has_stack_; }

  // The owner.

  /// As push_next(), where the slot is free. @return false where it is not, or there is none
  bool try_fill_slot(task_handle h) noexcept {
    if (!has_stack_ || !slot_.empty()) return false;
    slot_.fill(h.address());
    return true;
  }

  /// To run next. @return whether this left something that a thief should know of: the slot is to
  ///         run in less time than a wake-up takes
  bool push_next(task_handle h) {
    if (!has_stack_) return push_last(h), true;
    if (try_fill_slot(h)) return false;
    void* const displaced = slot_.take();
    slot_.fill(h.address());
    if (displaced == nullptr) return false;
    push_displaced(displaced, h);
    return true;
  }

  void push_last(task_handle h) { line_.push(h.address()); }
  /// @return false where the queue has to grow first
  bool try_push_last(task_handle h) noexcept { return line_.try_push(h.address()); }

  /// A forker goes where its child, which runs now, can take it back.
  void push_forker(task_handle h) { forkers_.push(h.address()); }
  /// @return false where the queue has to grow first
  bool try_push_forker(task_handle h) noexcept { return forkers_.try_push(h.address()); }
  /// @return false where somebody else has it, or it is not the newest any more
  [[gnu::always_inline]] bool take_back(task_handle forker) {
    return forkers_.pop_if(forker.address());
  }

  task_handle take_slot() noexcept { return to_task(slot_.take()); }

  /// @return null where there is none, here as in all that follow
  task_handle take_newest() {
    if (!has_stack_) return to_task(line_.take_oldest());
    if (void* item = stack_.pop()) return to_task(item);
    return to_task(line_.take_oldest());
  }

  /// The line's first, before all of the stack.
  task_handle take_in_turn() {
    if (void* item = line_.take_oldest()) return to_task(item);
    return has_stack_ ? to_task(stack_.pop()) : nullptr;
  }

  task_handle take_oldest_of_stack() {
    return has_stack_ ? to_task(stack_.take_oldest()) : nullptr;
  }

  /// Makes every push visible before whatever this thread reads from now on.
  void order() noexcept {
    line_.order();
    if (has_stack_) stack_.order();
  }

  // Any thread.

  task_handle steal() {
    if (!has_stack_) return to_task(line_.steal());
    // Its owner takes from the line only what a thief would.
    if (void* item = line_.take_oldest()) return to_task(item);
    if (void* item = stack_.steal()) return to_task(item);
    return to_task(slot_.steal());
  }

  /// How many tasks wait behind the slot. Of a moment.
  std::size_t waiting() const noexcept { return line_.size() + stack_.size(); }
  bool empty() const noexcept { return line_.empty() && stack_.empty() && slot_.empty(); }
  std::size_t size() const noexcept { return waiting() + (slot_.empty() ? 0 : 1); }
  /// Stands for the task that waits longest in the stack, while newer ones go before it; `nobody`
  /// where the stack is empty. The line needs no such thing: nobody goes before its first.
  std::int64_t oldest_of_stack() const noexcept { return stack_.empty() ? nobody : stack_.turns(); }
  static constexpr std::int64_t nobody = -1;

private:
  static constexpr std::size_t first_capacity = 256;

  static task_handle to_task(void* item) noexcept { return task_handle::from_address(item); }

  void push_displaced(void* displaced, task_handle by) {
    try {
      stack_.push(displaced);
    } catch (const std::bad_alloc&) {
      const bool has_other_back = slot_.take() == by.address();
      slot_.fill(displaced);
      if (has_other_back) throw;
      // A thief has taken the other one meanwhile, and the slot was empty.
    }
  }

  const bool has_stack_;
  work_deque line_;
  work_deque stack_;
  work_deque& forkers_;
  alignas(64) next_slot slot_;
};

}  // namespace weft::detail
