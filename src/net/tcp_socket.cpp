#include "tcp_socket.hpp"

#include "socket_address.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <utility>

namespace weft {
namespace detail {

tcp_socket::tcp_socket(int descriptor) noexcept : descriptor_(descriptor) {
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void tcp_socket::close() noexcept {
  if (writing_aborted_.load() != 0) {
    // On the descriptor: Asio's destructor takes back what was set through Asio.
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  dispose();
}

bool tcp_socket::may_start(socket_wait& op, task_handle waiter, const reason_word& abort_reason) {
  op.waiter = waiter;
  task_context& context = *waiter.promise().context;
  context.waits_for = "tcp_stream";
  if (!context.publish(op)) op.error = condition::canceled;
  else if (const int reason = abort_reason.load()) op.error = static_cast<condition>(reason);
  trace_time_passes();  // while the operation starts
  return !op.error;
}

void tcp_socket::remember_end() noexcept {
  int none = 0;
  reading_aborted_.compare_exchange_strong(none, static_cast<int>(condition::eof));
}

void tcp_socket::abort(condition reason) noexcept {
  writing_aborted_.store(static_cast<int>(reason));
  abort_reading(reason);
}

void tcp_socket::abort_reading(condition reason) noexcept {
  reading_aborted_.store(static_cast<int>(reason));
  end_aborted();
}

// An operation of Asio's that the abort still ends is one that nobody means: it starts again.
void tcp_socket::resume_reading(condition reason) noexcept {
  int expected = static_cast<int>(reason);
  reading_aborted_.compare_exchange_strong(expected, 0);
}

void tcp_socket::finish_writing() noexcept { ::shutdown(descriptor_, SHUT_WR); }

bool tcp_socket::is_readable() const noexcept {
  pollfd asked{descriptor_, POLLIN, 0};
  return ::poll(&asked, 1, 0) != 0;
}

endpoint tcp_socket::remote() const { return endpoint_of(descriptor_, &::getpeername); }

peer_state tcp_socket::peer() const noexcept {
  pollfd asked{descriptor_, POLLRDHUP, 0};
  if (::poll(&asked, 1, 0) <= 0) return peer_state::present;
  const bool broken = (asked.revents & (POLLERR | POLLHUP)) != 0;
  return broken ? peer_state::gone : peer_state::finished;
}

void socket_wait::cut_short(cancel_hook& hook) noexcept {
  auto& op = static_cast<socket_wait&>(hook);
  op.cancelled.store(true);
  op.socket_.cancel(op);
}

bool read_wait::find_room() noexcept {
  if (room_ == nullptr) return true;
  into = room_->room();
  if (into.empty()) error = std::make_error_code(std::errc::not_enough_memory);
  return !into.empty();
}

void close_socket::operator()(tcp_socket* socket) const noexcept { socket->close(); }

}  // namespace detail

bool read_awaiter::suspend(detail::task_handle h) { return socket().start_read(*this, h); }
bool write_awaiter::await_ready() { return socket().try_write(*this); }
bool write_awaiter::suspend(detail::task_handle h) { return socket().start_write(*this, h); }

tcp_stream::tcp_stream(detail::owned_socket socket) noexcept : socket_(std::move(socket)) {}
tcp_stream::tcp_stream(tcp_stream&&) noexcept = default;
tcp_stream& tcp_stream::operator=(tcp_stream&&) noexcept = default;
tcp_stream::~tcp_stream() = default;

result<std::size_t> tcp_stream::try_write(std::string_view from) {
  detail::write_wait op(*socket_, from);
  socket_->try_write(op);
  if (op.error) return op.error;
  return op.count;
}

void tcp_stream::finish_writing() noexcept { socket_->finish_writing(); }
void tcp_stream::abort(condition reason) noexcept { socket_->abort(reason); }
void tcp_stream::abort_reading(condition reason) noexcept { socket_->abort_reading(reason); }
void tcp_stream::resume_reading(condition reason) noexcept { socket_->resume_reading(reason); }
bool tcp_stream::is_readable() const noexcept { return socket_->is_readable(); }
endpoint tcp_stream::remote() const { return socket_->remote(); }
peer_state tcp_stream::peer() const noexcept { return socket_->peer(); }

}  // namespace weft
