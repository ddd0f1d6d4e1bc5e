#pragma once

#include <weft/runtime/detail/task_context.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// A call that may block its thread, queued for the scheduler's blocking threads. Lives in the
/// awaiter.
class blocking_job : cancel_hook {
public:
  using function = void (*)(blocking_job&) noexcept;
  explicit blocking_job(function run) noexcept : cancel_hook(&go_on), run_(run) {}

  /// Queues the job; when it has run, `waiter` is made ready.
  void submit(task_handle waiter);
  /// The first thing in await_resume().
  void finish() noexcept {
    if (is_published_) waiter_.promise().context->withdraw(*this);
  }

private:
  friend class blocking_pool;

  static void go_on(cancel_hook&) noexcept {}
  void run_and_wake() noexcept;

  function run_;
  task_handle waiter_;
  blocking_job* next_ = nullptr;
  bool is_published_ = false;  // a hook that no cancel heeds: it lets a dump look at the task
};

}  // namespace detail

/// What blocking() returns; awaited at once.
template <class Function>
class [[nodiscard("blocking() does nothing until it is awaited")]] blocking_awaiter
    : detail::blocking_job {
  using result_type = std::invoke_result_t<Function&>;
  static constexpr bool is_void = std::is_void_v<result_type>;

public:
  explicit blocking_awaiter(Function callee) : blocking_job(&call), function_(std::move(callee)) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(detail::suspension h) { submit(h.task()); }
  result_type await_resume() {
    finish();
    if (error_) std::rethrow_exception(std::move(error_));
    if constexpr (!is_void) return std::move(*value_);
  }

private:
  struct nothing {};

  static void call(blocking_job& job) noexcept {
    auto& self = static_cast<blocking_awaiter&>(job);
    try {
      if constexpr (is_void) self.function_();
      else self.value_.emplace(self.function_());
    } catch (...) {
      self.error_ = std::current_exception();
    }
  }

  Function function_;
  std::optional<std::conditional_t<is_void, nothing, result_type>> value_;
  std::exception_ptr error_;
};

/// Runs a call that may block its thread (a file, a database driver, a password hash) on a thread
/// that runs no tasks, and waits for it without holding a worker.
///
/// Cancel  not cancellable: the call runs to its end, and so does the wait. One that takes a
///         std::stop_token can be stopped (with_stop_token.hpp)
/// Cost    two thread switches; at most 64 calls of a scheduler at once, more of them queue
/// @return what the call returns  @throws what the call throws
template <std::invocable Function>
blocking_awaiter<Function> blocking(Function function) {
  return blocking_awaiter<Function>(std::move(function));
}

}  // namespace weft
