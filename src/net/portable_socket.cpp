#include "portable_socket.hpp"

#include "asio_driver.hpp"

#include <weft/runtime/detail/threading.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <unistd.h>

#include <mutex>
#include <new>

namespace weft::detail {

namespace asio = boost::asio;

struct portable_socket::read_done {
  using allocator_type = operation_allocator<void*>;
  allocator_type get_allocator() const noexcept { return allocator_type(self->read_memory_); }
  void operator()(const code& error, std::size_t count) const { self->on_read(*op, error, count); }
  void operator()(const code& error) const { self->on_readable(*op, error); }

  portable_socket* self;
  read_wait* op;
};

struct portable_socket::write_done {
  using allocator_type = operation_allocator<void*>;
  allocator_type get_allocator() const noexcept { return allocator_type(self->write_memory_); }
  void operator()(const code& error, std::size_t count) const { self->on_write(*op, error, count); }

  portable_socket* self;
  write_wait* op;
};

portable_socket::portable_socket(const stream_protocol& protocol,
                                 unique_descriptor connected) noexcept
    : tcp_socket(connected.release()), protocol_(protocol) {}

portable_socket::~portable_socket() {
  if (!socket_ || !socket_->is_open()) ::close(descriptor());
}

const portable_socket::code& portable_socket::join_driver() {
  if (socket_ || joined_) return joined_;
  // An operation must not begin with an exception: its cancel is out already.
  try {
    context_ = shared_io_context();
    socket_.emplace(*context_);
    socket_->assign(protocol_, descriptor(), joined_);
    if (!joined_) socket_->non_blocking(true, joined_);
  } catch (const std::bad_alloc&) {
    joined_ = make_error_code(boost::system::errc::not_enough_memory);
  } catch (const boost::system::system_error& e) {
    joined_ = e.code();
  }
  return joined_;
}

bool portable_socket::may_submit(socket_wait& op, task_handle waiter,
                                 const reason_word& abort_reason) {
  if (!may_start(op, waiter, abort_reason)) return false;
  op.error = join_driver();
  return !op.error;
}

bool portable_socket::start_read(read_wait& op, task_handle waiter) {
  std::lock_guard held(lock_);
  if (!may_submit(op, waiter, reading_aborted())) return false;
  submit_read(op);
  return true;
}

// Who has no room before there are bytes waits for these alone: one more system call, and no buffer
// for each of a thousand connections that wait.
void portable_socket::submit_read(read_wait& op) {
  if (op.brings_room()) {
    socket_->async_wait(asio_socket::wait_read, read_done{this, &op});
  } else {
    socket_->async_read_some(asio::buffer(op.into.data(), op.into.size()), read_done{this, &op});
  }
}

void portable_socket::on_readable(read_wait& op, const code& error) {
  {
    std::lock_guard held(lock_);
    code failed = error;
    std::size_t count = 0;
    if (!failed && op.find_room()) {
      do count = socket_->read_some(asio::buffer(op.into.data(), op.into.size()), failed);
      while (failed == asio::error::interrupted);
    }
    if (!op.error && !end_read(op, failed, count)) return submit_read(op);
  }
  make_ready(op.waiter);
}

void portable_socket::on_read(read_wait& op, const code& error, std::size_t count) {
  {
    std::lock_guard held(lock_);
    if (!end_read(op, error, count)) return submit_read(op);
  }
  make_ready(op.waiter);
}

/// @return false where it has to go on: Asio ended it and nobody meant it, or there is nothing yet
bool portable_socket::end_read(read_wait& op, const code& error, std::size_t count) noexcept {
  if (error == asio::error::operation_aborted || error == asio::error::would_block) {
    const auto reason = reason_of_end(op, reading_aborted());
    if (!reason) return false;
    op.error = *reason;
  } else if (error == asio::error::eof) {
    op.error = condition::eof;
    // No event follows the end of a stream: Asio would let another read wait for ever.
    remember_end();
  } else {
    op.error = error;
  }
  op.count = count;
  if (op.wants_time()) op.note_found(os_now());
  return true;
}

bool portable_socket::try_write(write_wait& op) {
  std::lock_guard held(lock_);
  if (const int reason = writing_aborted().load()) {
    op.error = static_cast<condition>(reason);
    return true;
  }
  code error = join_driver();
  if (!error) {
    do op.count = socket_->write_some(asio::buffer(op.from), error);
    while (error == asio::error::interrupted);  // Asio goes on by itself in its reactor alone
  }
  if (error && error != asio::error::would_block) op.error = error;
  return op.error || op.count == op.from.size();
}

bool portable_socket::start_write(write_wait& op, task_handle waiter) {
  std::lock_guard held(lock_);
  if (!may_submit(op, waiter, writing_aborted())) return false;
  submit_write(op);
  return true;
}

void portable_socket::submit_write(write_wait& op) {
  const auto rest = op.from.substr(op.count);
  socket_->async_write_some(asio::buffer(rest), write_done{this, &op});
}

void portable_socket::on_write(write_wait& op, const code& error, std::size_t count) {
  {
    std::lock_guard held(lock_);
    op.count += count;
    if (error && error != asio::error::operation_aborted) op.error = error;
    else if (op.count != op.from.size())
      op.error = reason_of_end(op, writing_aborted()).value_or(op.error);
    if (!op.error && op.count != op.from.size()) return submit_write(op);
  }
  make_ready(op.waiter);
}

std::optional<std::error_code> portable_socket::reason_of_end(
    const socket_wait& op, const reason_word& abort_reason) noexcept {
  if (const int reason = abort_reason.load()) return static_cast<condition>(reason);
  if (op.cancelled.load()) return condition::canceled;
  return std::nullopt;
}

void portable_socket::cancel(socket_wait&) noexcept { end_aborted(); }

// Asio ends them all; those that were not meant start again.
void portable_socket::end_aborted() noexcept {
  std::lock_guard held(lock_);
  code ignored;
  if (socket_) socket_->cancel(ignored);
}

}  // namespace weft::detail
