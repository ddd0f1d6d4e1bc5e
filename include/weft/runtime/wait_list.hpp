#pragma once

#include <weft/runtime/task_context.hpp>

namespace weft::detail {

/// One suspended task in a wait_list. Lives in its awaiter; all of it is under the list's lock.
struct waiter {
  task_handle task;
  waiter* previous = nullptr;
  waiter* next = nullptr;
  bool queued = false;
};

/// Suspended tasks, oldest first.
class wait_list {
public:
  bool empty() const noexcept { return first_ == nullptr; }
  void push_back(waiter& w) noexcept;
  void push_front(waiter& w) noexcept;
  void remove(waiter& w) noexcept;
  /// @return null where there is none
  waiter* pop_front() noexcept;

private:
  waiter* first_ = nullptr;
  waiter* last_ = nullptr;
};

}  // namespace weft::detail
