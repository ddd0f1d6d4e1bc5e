#include <weft/net/asio_operation.hpp>

#include "asio_driver.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace weft {

boost::asio::io_context::executor_type asio_executor() {
  return detail::current_io_context().get_executor();
}

namespace detail {

std::error_code from_asio(const boost::system::error_code& error) noexcept {
  if (error == boost::asio::error::operation_aborted) return condition::canceled;
  if (error == boost::asio::error::eof) return condition::eof;
  return error;
}

bool asio_wait_state::prepare(task_handle waiter) {
  waiter_ = waiter;
  auto io = shared_io_context();
  const auto executor = io->get_executor();
  executor_.emplace(std::move(io), executor);
  task_context& context = *waiter.promise().context;
  context.waits_for = "an Asio operation";
  const bool published = context.publish(*this);
  trace_time_passes();  // while the operation starts
  return published;
}

void asio_wait_state::withdraw() noexcept { waiter_.promise().context->withdraw(*this); }

// Sets the bit, and `emitting` where with it the operation is under way and to be cancelled.
// @return the state before
unsigned asio_wait_state::advance(unsigned bit) noexcept {
  constexpr unsigned to_be_cancelled = initiated_bit | cancel_bit;
  unsigned before = state_.load(std::memory_order_acquire);
  unsigned after = 0;
  do {
    after = before | bit;
    if ((after & (to_be_cancelled | completed_bit)) == to_be_cancelled) after |= emitting_bit;
  } while (!state_.compare_exchange_weak(before, after, std::memory_order_acq_rel));
  if (((before ^ after) & emitting_bit) != 0) post_emit();
  return before;
}

bool asio_wait_state::initiated() noexcept { return (advance(initiated_bit) & completed_bit) == 0; }

void asio_wait_state::completed() noexcept {
  const unsigned before = state_.fetch_or(completed_bit, std::memory_order_acq_rel);
  if ((before & (initiated_bit | emitting_bit)) == initiated_bit) make_ready(waiter_);
}

void asio_wait_state::cut_short(cancel_hook& hook) noexcept {
  static_cast<asio_wait_state&>(hook).advance(cancel_bit);
}

void asio_wait_state::post_emit() noexcept {
  struct emitter {
    using allocator_type = operation_allocator<void*>;
    allocator_type get_allocator() const noexcept { return allocator_type(self->emit_memory_); }
    void operator()() const noexcept { self->emit(); }
    asio_wait_state* self;
  };
  boost::asio::post(*executor_, emitter{this});
}

void asio_wait_state::emit() noexcept {
  // Once completed, the slot may point into an object that is gone.
  if ((state_.load(std::memory_order_acquire) & completed_bit) == 0) {
    signal_.emit(boost::asio::cancellation_type::terminal);
  }
  const unsigned before = state_.fetch_and(~emitting_bit, std::memory_order_acq_rel);
  if ((before & completed_bit) != 0) make_ready(waiter_);
}

}  // namespace detail
}  // namespace weft
