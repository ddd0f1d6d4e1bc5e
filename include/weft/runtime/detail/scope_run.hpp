#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/detail/join_state.hpp>
#include <weft/runtime/detail/task_scope.hpp>
#include <weft/runtime/task.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>
#include <variant>

// How a task waits for children in a scope that lives in its own frame: behind when_all, when_any,
// with_deadline, shield and with_stop.
//
// The first child runs in place of the waiter: control passes to it without a queue, and from the
// last child that ends back to the waiter. What the children start with go() is in the same scope,
// so nothing of theirs is left when the wait ends.

namespace weft::detail {

template <class T>
inline constexpr bool returns_result = false;
template <class T>
inline constexpr bool returns_result<result<T>> = true;

/// T, or something to store where T is void.
template <class T>
using storable = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// The scheduler of the running task. @throws std::logic_error outside of tasks
inline scheduler_core& running_core(const char* what) {
  return require_context(what).scope().core();
}

/// One task from before its start until its result has been taken.
template <class T>
class scoped_child {
public:
  explicit scoped_child(task<T> t) noexcept : task_(std::move(t)) {}

  /// Queues the task. Where there is no memory for that the scope fails: the first child, which was
  /// adopted, has to be waited for all the same.
  void spawn(task_scope& scope) noexcept {
    try {
      hold(scope.spawn(erase(task_.frame()), true));
    } catch (const std::bad_alloc&) {
      scope.fail(std::current_exception());
    }
  }
  /// @return the frame, which a scope_run passes control to
  task_handle adopt(task_scope& scope) {
    hold(scope.adopt(erase(task_.frame()), true));
    return erase(frame_);
  }
  /// The result; once, after the scope's last child has ended.
  T take() { return frame_.promise().take(); }

private:
  void hold(task_context& child) noexcept {
    state_ = join_state(child);
    frame_ = task_.release();
  }

  task<T> task_;
  std::coroutine_handle<task_promise<T>> frame_;
  join_state state_;  // frees the frame
};

/// Starts the children of a list. @return the first one's frame, for a scope_run
template <class Children>
task_handle start(Children& children, task_scope& scope) {
  const task_handle first = children[0].adopt(scope);
  for (std::size_t i = 1; i < children.size(); ++i) children[i].spawn(scope);
  return first;
}

/// Whether a cancel of the waiter reaches the children it waits for.
enum class outer_cancel { passes_in, stays_out };

/// Runs the first child, which was adopted, and waits until the scope has no children.
class scope_run : cancel_hook {
public:
  scope_run(task_scope& scope, task_handle first, const char* what, outer_cancel outer) noexcept
      : cancel_hook(&pass_on), scope_(scope), first_(first), what_(what), outer_(outer) {}
  scope_run(const scope_run&) = delete;
  scope_run& operator=(const scope_run&) = delete;

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(suspension h) noexcept { return suspend(h.task()); }
  void await_resume() noexcept {
    if (context_ != nullptr) context_->withdraw(*this);
  }

private:
  std::coroutine_handle<> suspend(task_handle h) noexcept;
  static void pass_on(cancel_hook& hook) noexcept;

  task_scope& scope_;
  task_handle first_;
  const char* what_;
  outer_cancel outer_;
  task_context* context_ = nullptr;
};

/// For a scope whose children have ended.
inline void rethrow_error(task_scope& scope) {
  if (auto error = scope.take_error()) std::rethrow_exception(error);
}

}  // namespace weft::detail
