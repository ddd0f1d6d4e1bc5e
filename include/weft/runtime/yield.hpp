#pragma once

#include <weft/runtime/detail/task_context.hpp>

#include <coroutine>

namespace weft {

/// What yield() returns; awaited at once.
class [[nodiscard("a yield does nothing until it is awaited")]] yield_awaiter {
public:
  yield_awaiter() noexcept = default;
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(detail::suspension h) const noexcept {
    detail::make_ready_last(h.task());
    return detail::next_ready();
  }
  void await_resume() const noexcept {}
};

/// Lets every other ready task of this worker run first.
/// Cancel  not cancellable; it does not wait
inline yield_awaiter yield() noexcept { return {}; }

}  // namespace weft
