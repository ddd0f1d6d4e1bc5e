#pragma once

#include <weft/runtime/detail/contract.hpp>
#include <weft/runtime/detail/frame_pool.hpp>

#include <bit>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace weft {

template <class T = void>
class task;

namespace detail {

class task_context;
class promise_base;

/// A suspended weft coroutine, ready to be queued. Its promise tells which task it belongs to.
using task_handle = std::coroutine_handle<promise_base>;

/// Ends a spawned task: keeps or drops its frame, tells who waits for it.
/// @return the coroutine that this worker runs next
std::coroutine_handle<> complete_spawned(task_handle ended) noexcept;

/// What every task's promise has in common, whatever the task returns.
class promise_base {
public:
  struct final_awaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      const promise_base& promise = ended.promise();
      if (promise.caller) [[likely]]
        return promise.caller;
      return complete_spawned(task_handle::from_address(ended.address()));
    }
    void await_resume() const noexcept {}
  };

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* memory, std::size_t size) noexcept {
    release_frame(memory, size);
  }

  std::suspend_always initial_suspend() const noexcept { return {}; }
  final_awaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { std::construct_at(&error, std::current_exception()); }

  // Who awaits this coroutine; null for the first frame of a spawned task.
  std::coroutine_handle<> caller;
  task_context* context = nullptr;  // of the task; all frames of one call chain share it
  union {
    std::source_location where;  // its latest co_await that suspended, at first the coroutine
    std::exception_ptr error;    // after its end
  };

protected:
  /// @param coroutine  what __builtin_source_location() gives; with the libraries of g++ and clang
  ///                   a source_location is a pointer to it
  explicit promise_base(const void* coroutine) noexcept
      : where(std::bit_cast<std::source_location>(coroutine)) {}
  // The error has been taken by then, by take() or by who drops the result of a spawned task.
  ~promise_base() {}

  void end_without_error() noexcept { std::construct_at(&error); }
  void rethrow_if_error() {
    if (error) [[unlikely]]
      rethrow_error();
  }

private:
  [[noreturn, gnu::cold, gnu::noinline]] void rethrow_error() {
    std::rethrow_exception(std::exchange(error, nullptr));
  }
};

/// Room for a result. Whether it is there only those have to know that have a destructor.
template <class T>
class result_room {
public:
  template <class U>
  void emplace(U&& value) noexcept(std::is_nothrow_constructible_v<T, U&&>) {
    value_.emplace(std::forward<U>(value));
  }
  T take() noexcept(std::is_nothrow_move_constructible_v<T>) { return std::move(*value_); }

private:
  std::optional<T> value_;
};

template <class T>
  requires std::is_trivially_destructible_v<T>
class result_room<T> {
public:
  result_room() noexcept {}
  template <class U>
  void emplace(U&& value) noexcept(std::is_nothrow_constructible_v<T, U&&>) {
    std::construct_at(&value_, std::forward<U>(value));
  }
  T take() noexcept(std::is_nothrow_move_constructible_v<T>) { return std::move(value_); }

private:
  union {
    T value_;
  };
};

template <class T>
class task_promise final : public promise_base {
public:
  // The compiler evaluates the default in the coroutine. It is not std::source_location::current(),
  // which g++ 13 refuses here without optimisation.
  explicit task_promise(const void* coroutine = __builtin_source_location()) noexcept
      : promise_base(coroutine) {}
  task<T> get_return_object() noexcept;

  template <class U = T>
    requires std::constructible_from<T, U&&>
  void return_value(U&& value) noexcept(std::is_nothrow_constructible_v<T, U&&>) {
    value_.emplace(std::forward<U>(value));
    end_without_error();
  }

  T take() {
    rethrow_if_error();
    return value_.take();
  }

private:
  result_room<T> value_;
};

template <>
class task_promise<void> final : public promise_base {
public:
  explicit task_promise(const void* coroutine = __builtin_source_location()) noexcept
      : promise_base(coroutine) {}
  task<void> get_return_object() noexcept;
  void return_void() noexcept { end_without_error(); }
  void take() { rethrow_if_error(); }
};

template <class Promise>
concept weft_promise = std::derived_from<Promise, promise_base>;

/// The queueable form of a coroutine's handle.
///
/// promise_base is the first base of every promise and none is over-aligned (task<T> asserts it),
/// so the frame's address leads to the promise_base without knowing T.
template <weft_promise Promise>
task_handle erase(std::coroutine_handle<Promise> h) noexcept {
  return task_handle::from_address(h.address());
}

}  // namespace detail

/// A computation that starts when it is awaited, and whose result or exception goes to the awaiter.
///
/// Awaiting costs no queue: control passes straight to the task and straight back. To run something
/// beside the caller, hand it to go() or to a task_group.
/// Cancel      passes through: what the task itself waits for is cancelled
/// Concurrent  one awaiter, once; the task object may move before that. Awaiting twice, awaiting an
///             empty task and destroying one that runs end the process with a message
/// Cost        one frame from a thread-local pool
template <class T>
class [[nodiscard("a task does nothing until it is awaited or given to go()")]] task {
  static_assert(!std::is_reference_v<T>,
                "a task returns by value: a reference would outlive what it refers to");

public:
  using promise_type = detail::task_promise<T>;
  using value_type = T;

  task(task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  task& operator=(task&& other) noexcept {
    if (this != &other) {
      destroy();
      frame_ = std::exchange(other.frame_, nullptr);
    }
    return *this;
  }
  ~task() { destroy(); }

  class awaiter {
  public:
    explicit awaiter(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(
        std::coroutine_handle<Promise> caller,
        const std::source_location& where = std::source_location::current()) noexcept {
      static_assert(detail::weft_promise<Promise>,
                    "a weft task is awaited from a weft task; start one from other code with "
                    "scheduler::run() or go()");
      promise_type& promise = frame_.promise();
      if (promise.caller) [[unlikely]]
        detail::broken_contract("a task was awaited twice");
      promise.caller = caller;
      promise.context = caller.promise().context;
      caller.promise().where = where;
      return frame_;
    }
    T await_resume() { return frame_.promise().take(); }

  private:
    std::coroutine_handle<promise_type> frame_;
  };

  awaiter operator co_await() && noexcept {
    if (!frame_) [[unlikely]]
      detail::broken_contract("an empty task was awaited: it was moved from or started before");
    return awaiter(frame_);
  }

  std::coroutine_handle<promise_type> frame() const noexcept { return frame_; }
  /// Gives up the frame: whoever takes it must run it to its end or destroy it.
  std::coroutine_handle<promise_type> release() noexcept { return std::exchange(frame_, nullptr); }

private:
  friend promise_type;
  static_assert(alignof(promise_type) <= 2 * sizeof(void*),
                "the result of a task must not be over-aligned");

  explicit task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
  void destroy() noexcept {
    if (!frame_) return;
    if (frame_.promise().caller && !frame_.done()) [[unlikely]]
      detail::broken_contract("a task was destroyed while it runs");
    frame_.destroy();
  }

  std::coroutine_handle<promise_type> frame_;
};

template <class T>
task<T> detail::task_promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<task_promise>::from_promise(*this));
}

inline task<void> detail::task_promise<void>::get_return_object() noexcept {
  return task<void>(std::coroutine_handle<task_promise>::from_promise(*this));
}

}  // namespace weft
