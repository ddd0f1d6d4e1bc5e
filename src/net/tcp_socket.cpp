#include "tcp_socket.hpp"

#include "asio_driver.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>

namespace weft {
namespace detail {

namespace asio = boost::asio;

struct tcp_socket::read_done {
  using allocator_type = operation_allocator<void*>;
  allocator_type get_allocator() const noexcept { return allocator_type(self->read_memory_); }
  void operator()(const code& error, std::size_t count) const { self->on_read(*op, error, count); }

  tcp_socket* self;
  read_awaiter* op;
};

struct tcp_socket::write_done {
  using allocator_type = operation_allocator<void*>;
  allocator_type get_allocator() const noexcept { return allocator_type(self->write_memory_); }
  void operator()(const code& error, std::size_t count) const { self->on_write(*op, error, count); }

  tcp_socket* self;
  write_awaiter* op;
};

tcp_socket::tcp_socket(const asio::ip::tcp& protocol, int descriptor)
    : descriptor_(descriptor), protocol_(protocol) {
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

tcp_socket::~tcp_socket() {
  if (writing_aborted_.load() != 0) {
    // Behind Asio's back: its destructor takes back what it knows of.
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  if (!socket_ || !socket_->is_open()) ::close(descriptor_);
}

const tcp_socket::code& tcp_socket::join_driver() {
  if (!socket_) {
    socket_.emplace(current_io_context());
    socket_->assign(protocol_, descriptor_, joined_);
    if (!joined_) socket_->non_blocking(true, joined_);
  }
  return joined_;
}

bool tcp_socket::may_start(socket_wait& op, task_handle waiter, const reason_word& abort_reason) {
  op.waiter = waiter;
  task_context& context = *waiter.promise().context;
  context.waits_for = "tcp_stream";
  if (!context.publish(op)) op.error = condition::canceled;
  else if (const int reason = abort_reason.load()) op.error = static_cast<condition>(reason);
  else op.error = join_driver();
  trace_time_passes();  // while the operation starts
  return !op.error;
}

bool tcp_socket::start_read(read_awaiter& op, task_handle waiter) {
  std::lock_guard held(lock_);
  if (!may_start(op, waiter, reading_aborted_)) return false;
  submit_read(op);
  return true;
}

void tcp_socket::submit_read(read_awaiter& op) {
  socket_->async_read_some(asio::buffer(op.into_.data(), op.into_.size()), read_done{this, &op});
}

void tcp_socket::on_read(read_awaiter& op, const code& error, std::size_t count) {
  {
    std::lock_guard held(lock_);
    if (error == asio::error::operation_aborted) {
      const auto reason = reason_of_end(op, reading_aborted_);
      if (!reason) return submit_read(op);
      op.error = *reason;
    } else if (error == asio::error::eof) {
      op.error = condition::eof;
      // No event follows the end of a stream: Asio would let another read wait for ever.
      int none = 0;
      reading_aborted_.compare_exchange_strong(none, static_cast<int>(condition::eof));
    } else {
      op.error = error;
    }
    op.count = count;
  }
  make_ready(op.waiter);
}

bool tcp_socket::try_write(write_awaiter& op) {
  std::lock_guard held(lock_);
  if (const int reason = writing_aborted_.load()) {
    op.error = static_cast<condition>(reason);
    return true;
  }
  code error = join_driver();
  if (!error) op.count = socket_->write_some(asio::buffer(op.from_), error);
  if (error && error != asio::error::would_block) op.error = error;
  return op.error || op.count == op.from_.size();
}

bool tcp_socket::start_write(write_awaiter& op, task_handle waiter) {
  std::lock_guard held(lock_);
  if (!may_start(op, waiter, writing_aborted_)) return false;
  submit_write(op);
  return true;
}

void tcp_socket::submit_write(write_awaiter& op) {
  const auto rest = op.from_.substr(op.count);
  socket_->async_write_some(asio::buffer(rest), write_done{this, &op});
}

void tcp_socket::on_write(write_awaiter& op, const code& error, std::size_t count) {
  {
    std::lock_guard held(lock_);
    op.count += count;
    if (error && error != asio::error::operation_aborted) op.error = error;
    else if (op.count != op.from_.size())
      op.error = reason_of_end(op, writing_aborted_).value_or(op.error);
    if (!op.error && op.count != op.from_.size()) return submit_write(op);
  }
  make_ready(op.waiter);
}

std::optional<std::error_code> tcp_socket::reason_of_end(const socket_wait& op,
                                                         const reason_word& abort_reason) noexcept {
  if (const int reason = abort_reason.load()) return static_cast<condition>(reason);
  if (op.cancelled.load()) return condition::canceled;
  return std::nullopt;
}

void tcp_socket::cancel() noexcept {
  std::lock_guard held(lock_);
  code ignored;
  if (socket_) socket_->cancel(ignored);
}

void tcp_socket::abort(condition reason) noexcept {
  writing_aborted_.store(static_cast<int>(reason));
  abort_reading(reason);
}

void tcp_socket::abort_reading(condition reason) noexcept {
  reading_aborted_.store(static_cast<int>(reason));
  cancel();
}

void tcp_socket::finish_writing() noexcept { ::shutdown(descriptor_, SHUT_WR); }

bool tcp_socket::is_readable() const noexcept {
  pollfd asked{descriptor_, POLLIN, 0};
  return ::poll(&asked, 1, 0) != 0;
}

endpoint tcp_socket::remote() const {
  asio::ip::tcp::endpoint peer;
  auto size = static_cast<socklen_t>(peer.capacity());
  if (::getpeername(descriptor_, peer.data(), &size) != 0) return {};
  peer.resize(size);
  return {peer.address().to_string(), peer.port()};
}

void socket_wait::cut_short(cancel_hook& hook) noexcept {
  auto& op = static_cast<socket_wait&>(hook);
  op.cancelled.store(true);
  op.socket_.cancel();
}

}  // namespace detail

bool read_awaiter::suspend(detail::task_handle h) { return socket().start_read(*this, h); }
bool write_awaiter::await_ready() { return socket().try_write(*this); }
bool write_awaiter::suspend(detail::task_handle h) { return socket().start_write(*this, h); }

tcp_stream::tcp_stream(std::unique_ptr<detail::tcp_socket> socket) noexcept
    : socket_(std::move(socket)) {}
tcp_stream::tcp_stream(tcp_stream&&) noexcept = default;
tcp_stream& tcp_stream::operator=(tcp_stream&&) noexcept = default;
tcp_stream::~tcp_stream() = default;

void tcp_stream::finish_writing() noexcept { socket_->finish_writing(); }
void tcp_stream::abort(condition reason) noexcept { socket_->abort(reason); }
void tcp_stream::abort_reading(condition reason) noexcept { socket_->abort_reading(reason); }
bool tcp_stream::is_readable() const noexcept { return socket_->is_readable(); }
endpoint tcp_stream::remote() const { return socket_->remote(); }

}  // namespace weft
