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
#include <boost/system/system_error.hpp>

#include <coroutine>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

namespace weft::detail {

/// Waits for an Asio operation of the kind that is rare: accepting, connecting, resolving, signals.
///
/// An operation that takes no cancellation signal (a resolver's) is abandoned by a cancel: the task
/// goes on at once, and what the operation still delivers is dropped.
///
/// The operation is started and cancelled on the worker that runs the io_context, so nothing of it
/// needs a lock; that costs one allocation and one turn of the driver. The wait begins and is
/// cancelled in memory that is there: from the moment on in which a cancel can reach it, nothing
/// fails but the operation itself.
enum class on_cancel { signals, abandons };

template <class Result, class Initiate>
class asio_wait : cancel_hook {
public:
  using code = boost::system::error_code;

  /// @param initiate  called as initiate(handler), with a handler for (error_code, Result)
  asio_wait(std::shared_ptr<boost::asio::io_context> context, const char* what, Initiate initiate,
            on_cancel c = on_cancel::signals)
      : cancel_hook(&cut_short),
        context_(std::move(context)),
        state_(std::make_shared<state>(std::move(initiate), c)),
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
    boost::asio::post(*context_, starter{state_});
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
    state(Initiate i, on_cancel o) : initiate(std::move(i)), when_cancelled(o) {}
    Initiate initiate;
    const on_cancel when_cancelled;
    boost::asio::cancellation_signal signal;
    operation_memory start_memory;
    operation_memory cancel_memory;
    // Of who is in the io_context.
    bool started = false;
    bool cancelled = false;
    bool finished = false;
    task_handle waiter;
    code error;
    Result value{};
  };

  // Both run in whoever is in the io_context.
  struct starter {
    using allocator_type = operation_allocator<void*>;
    allocator_type get_allocator() const noexcept { return allocator_type(s->start_memory); }
    void operator()() const { start(s); }
    std::shared_ptr<state> s;
  };
  struct canceller {
    using allocator_type = operation_allocator<void*>;
    allocator_type get_allocator() const noexcept { return allocator_type(s->cancel_memory); }
    void operator()() const { cancel(s); }
    std::shared_ptr<state> s;
  };

  // Nothing may be thrown here: it would come out of the worker that runs the io_context. A
  // resolver's first operation makes a thread, which the system may refuse.
  static void start(const std::shared_ptr<state>& s) {
    s->started = true;
    if (s->cancelled) return finish(s, boost::asio::error::operation_aborted, {});
    try {
      s->initiate(boost::asio::bind_cancellation_slot(
          s->signal.slot(),
          [s](const code& error, Result value) { finish(s, error, std::move(value)); }));
    } catch (const std::bad_alloc&) {
      finish(s, make_error_code(boost::system::errc::not_enough_memory), {});
    } catch (const boost::system::system_error& e) {
      finish(s, e.code(), {});
    } catch (const std::system_error& e) {
      finish(s, e.code(), {});
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
    const auto& waiting = static_cast<asio_wait&>(hook);
    // Kept: the wait, and the scheduler, may end while this thread is in post().
    const auto context = waiting.context_;
    boost::asio::post(*context, canceller{waiting.state_});
  }
  static void cancel(const std::shared_ptr<state>& s) {
    s->cancelled = true;
    // Before the start the task may not have suspended yet: the start sees the flag. After the end
    // the slot keeps pointing into the Asio object, which may be gone with the woken task.
    if (!s->started || s->finished) return;
    if (s->when_cancelled == on_cancel::signals) {
      s->signal.emit(boost::asio::cancellation_type::terminal);
    } else {
      finish(s, boost::asio::error::operation_aborted, {});
    }
  }

  const std::shared_ptr<boost::asio::io_context> context_;
  const std::shared_ptr<state> state_;
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
