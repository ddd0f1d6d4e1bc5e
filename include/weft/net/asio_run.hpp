#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task.hpp>
#include <weft/runtime/with_stop.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>

#include <concepts>
#include <exception>
#include <optional>
#include <stop_token>
#include <system_error>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

template <class T>
struct run_signature {
  using type = void(std::exception_ptr, T);
};
template <>
struct run_signature<void> {
  using type = void(std::exception_ptr);
};

template <class Handler>
auto tracked_executor_of(const Handler& handler) {
  return boost::asio::prefer(boost::asio::get_associated_executor(handler),
                             boost::asio::execution::outstanding_work.tracked);
}

/// The handler that waits in Asio code for a task. It is called once, also where the task is never
/// started, and the io_context of its executor has work until then.
template <class T, class Handler>
class asio_waiter {
public:
  explicit asio_waiter(Handler handler)
      : executor_(tracked_executor_of(handler)), handler_(std::move(handler)) {}
  asio_waiter(asio_waiter&& other) noexcept
      : executor_(std::move(other.executor_)), handler_(std::move(other.handler_)) {
    other.handler_.reset();
  }
  asio_waiter& operator=(asio_waiter&&) = delete;
  ~asio_waiter() {
    if (!handler_) return;
    const std::system_error never_run(make_error_code(condition::canceled), "weft::async_run");
    deliver(std::make_exception_ptr(never_run), {});
  }

  /// Requests a stop when the handler's cancellation slot asks for one.
  void follow_slot(std::stop_source& stop) {
    auto slot = boost::asio::get_associated_cancellation_slot(*handler_);
    if (!slot.is_connected()) return;
    slot.assign([stop](boost::asio::cancellation_type) mutable { stop.request_stop(); });
  }

  void deliver(std::exception_ptr error, std::optional<storable<T>> value) {
    auto call = [handler = std::move(*handler_), error = std::move(error),
                 value = std::move(value)]() mutable {
      boost::asio::get_associated_cancellation_slot(handler).clear();
      if constexpr (std::is_void_v<T>) {
        (void)value;  // else clang warns of a capture that nobody needs
        std::move(handler)(std::move(error));
      } else {
        std::move(handler)(std::move(error), value ? std::move(*value) : T());
      }
    };
    handler_.reset();
    boost::asio::dispatch(executor_, std::move(call));
  }

private:
  decltype(tracked_executor_of(std::declval<const Handler&>())) executor_;
  std::optional<Handler> handler_;
};

template <class T, class Waiter>
task<> run_for(task<T> inner, std::stop_source stop, Waiter waiter) {
  std::exception_ptr error;
  std::optional<storable<T>> value;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await with_stop(stop.get_token(), std::move(inner));
      value.emplace();
    } else {
      T result = co_await with_stop(stop.get_token(), std::move(inner));
      value.emplace(std::move(result));
    }
  } catch (...) {
    error = std::current_exception();
  }
  waiter.deliver(std::move(error), std::move(value));
}

/// What async_run() does once its completion token has made a handler of itself.
class run_initiation {
public:
  explicit run_initiation(scheduler& on) noexcept : scheduler_(&on) {}

  template <class Handler, class T>
  void operator()(Handler&& handler, task<T> inner) const {
    using waiter_type = asio_waiter<T, std::decay_t<Handler>>;
    waiter_type waiter(std::forward<Handler>(handler));
    std::stop_source stop;
    waiter.follow_slot(stop);
    scheduler_->spawn(run_for(std::move(inner), std::move(stop), std::move(waiter)));
  }

private:
  scheduler* scheduler_;
};

}  // namespace detail

/// Runs a task as an Asio operation: for programs that have an io_context, with any completion
/// token (a callback, use_future, use_awaitable, ...).
///
///     asio::awaitable<void> session(weft::scheduler& tasks) {
///       auto answer = co_await weft::async_run(tasks, compute(), asio::use_awaitable);
///
/// The handler gets an exception_ptr, which is null where the task has returned, and the task's
/// result, which must be default constructible.
/// Completes   when the task has ended, on the handler's executor, which has work until then;
///             without an executor on the worker that ended the task
/// Cancel      a signal in the handler's cancellation slot, of any type, cancels the task; what it
///             returns then is the result. The end of the scheduler's run cancels it too. Where no
///             run starts it, the handler gets a std::system_error with condition::canceled when
///             the scheduler is destroyed
/// Concurrent  from any thread
/// Cost        three frames, a context and the state of a std::stop_source
template <class T, class CompletionToken>
auto async_run(scheduler& on, task<T> inner, CompletionToken&& token) {
  static_assert(std::is_void_v<T> || std::default_initializable<T>,
                "a handler gets a value beside the error, so the task's result must be default "
                "constructible");
  return boost::asio::async_initiate<CompletionToken, typename detail::run_signature<T>::type>(
      detail::run_initiation(on), token, std::move(inner));
}

}  // namespace weft
