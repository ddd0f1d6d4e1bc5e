#pragma once

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task.hpp>

#include <exception>
#include <future>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

template <class T>
task<> fulfil(std::promise<T> promise, task<T> inner) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(inner);
      promise.set_value();
    } else {
      T value = co_await std::move(inner);
      promise.set_value(std::move(value));
    }
  } catch (...) {
    promise.set_exception(std::current_exception());
  }
}

}  // namespace detail

/// Starts a task from a plain thread, which gets its result from a future.
///
///     std::future<int> answer = weft::submit(tasks, compute());
///     use(answer.get());
///
/// The task belongs to the scheduler's root, as by scheduler::spawn(). Do not wait for the future
/// in a task: that would hold its worker; a task awaits the other one, or starts it with go().
/// Cancel      the end of the scheduler's run cancels the task; what it returns then is the result
/// Concurrent  from any thread
/// Cost        two frames, a context and the future's state
/// @return     a future with what the task returns or throws; std::future_errc::broken_promise
///             where no run has started the task when the scheduler is destroyed
template <class T>
[[nodiscard]] std::future<T> submit(scheduler& on, task<T> work) {
  std::promise<T> promise;
  auto result = promise.get_future();
  on.spawn(detail::fulfil(std::move(promise), std::move(work)));
  return result;
}

}  // namespace weft
