#pragma once

#include "asio_driver.hpp"

#include <weft/base/error.hpp>
#include <weft/net/operation_memory.hpp>
#include <weft/runtime/detail/task_context.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

#include <coroutine>
#include <memory>
#include <new>
#include <utility>

namespace weft::detail {

/// Waits for an Asio operation of the kind that is rare: accepting, connecting, resolving, signals.
///
/// An operation that takes no cancellation signal (a resolver's) is abandoned by a cancel: the task
/// goes on at once, and what the operation still delivers is dropped.
///
/// The operation is started and cancelled on the worker that runs the io_context, so nothing of it
/// needs a lock; that costs one allocation and one turn of the driver.
enum class on_cancel { signals, abandons };

template <class Result, class Initiate>
class asio_wait : cancel_hook {
public:
  using code = boost::system::error_code;

  /// @param initiate  called as initiate(handler), with a handler for (error_code, Result)
  asio_wait(boost::asio::io_context& context, const char* what, Initiate initiate,
            on_cancel c = on_cancel::signals)
      : cancel_hook(&cut_short),
        state_(std::make_shared<state>(context, std::move(initiate), c)),
        what_(what) {}
  asio_wait(const asio_wait&) = delete;
  asio_wait& operator=(const asio_wait&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(suspension h) {
    waiter_ = h.task();
    state_->waiter = waiter_;
    task_context& context = *waiter_.promise().context;
    context.waits_for = what_;
    if (!context.publish(*this)) {
      state_->error = boost::asio::error::operation_aborted;
      return false;
    }
    trace_time_passes();
    try {
      boost::asio::post(state_->context, [s = state_] { start(s); });
    } catch (const std::bad_alloc&) {
      state_->error = no_memory();
      return false;
    }
    return true;
  }
  result<Result> await_resume() {
    waiter_.promise().context->withdraw(*this);
    if (state_->error == boost::asio::error::operation_aborted) return condition::canceled;
    if (state_->error) return std::error_code(state_->error);
    return std::move(state_->value);
  }

private:
  struct state {
    state(boost::asio::io_context& c, Initiate i, on_cancel o)
        : context(c), initiate(std::move(i)), when_cancelled(o) {}
    boost::asio::io_context& context;
    Initiate initiate;
    const on_cancel when_cancelled;
    boost::asio::cancellation_signal signal;
    operation_memory cancel_memory;
    bool cancelled = false;
    bool finished = false;
    task_handle waiter;
    code error;
    Result value{};
  };

  /// Runs in whoever is in the io_context, in memory that is there: a cancel cannot fail.
  struct canceller {
    using allocator_type = operation_allocator<void*>;
    allocator_type get_allocator() const noexcept { return allocator_type(s->cancel_memory); }
    void operator()() const { cancel(s); }
    std::shared_ptr<state> s;
  };

  static code no_memory() { return make_error_code(boost::system::errc::not_enough_memory); }

  // Nothing may be thrown here: it would come out of the worker that runs the io_context.
  static void start(const std::shared_ptr<state>& s) {
    if (s->cancelled) return finish(s, boost::asio::error::operation_aborted, {});
    try {
      s->initiate(boost::asio::bind_cancellation_slot(
          s->signal.slot(),
          [s](const code& error, Result value) { finish(s, error, std::move(value)); }));
    } catch (const std::bad_alloc&) {
      finish(s, no_memory(), {});
    }
  }
  static void finish(const std::shared_ptr<state>& s, const code& error, Result value) {
    if (s->finished) return;
    s->finished = true;
    s->error = error;
    s->value = std::move(value);
    make_ready(s->waiter);
  }
  static void cut_short(cancel_hook& hook) noexcept {
    const auto s = static_cast<asio_wait&>(hook).state_;
    boost::asio::post(s->context, canceller{s});
  }
  static void cancel(const std::shared_ptr<state>& s) {
    s->cancelled = true;
    // The slot keeps pointing into the Asio object, which may be gone with the woken task.
    if (s->finished) return;
    if (s->when_cancelled == on_cancel::signals) {
      s->signal.emit(boost::asio::cancellation_type::terminal);
    } else {
      finish(s, boost::asio::error::operation_aborted, {});
    }
  }

  std::shared_ptr<state> state_;
  const char* what_;
  task_handle waiter_;
};

/// For operations that tell nothing but their error: makes a handler for (error_code).
template <class Handler>
auto without_value(Handler handler) {
  auto slot = boost::asio::get_associated_cancellation_slot(handler);
  return boost::asio::bind_cancellation_slot(
      slot,
      [h = std::move(handler)](const boost::system::error_code& error) mutable { h(error, true); });
}

}  // namespace weft::detail
