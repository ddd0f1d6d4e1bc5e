#include <weft/net/tcp_listener.hpp>

#include "asio_wait.hpp"
#include "close_on_exec.hpp"
#include "tcp_socket.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <mutex>

namespace weft {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

namespace {

std::error_code refusal_of(const error_code& error) {
  if (error == asio::error::address_in_use || error == asio::error::access_denied) {
    return condition::refused;
  }
  return error;
}

error_code bind_and_listen(acceptor& a, const tcp::endpoint& at, std::size_t backlog) {
  error_code error;
  if (a.open(at.protocol(), error)) return error;
  detail::close_on_exec(a.native_handle());
  if (a.set_option(acceptor::reuse_address(true), error)) return error;
  if (a.bind(at, error)) return error;
  if (a.listen(static_cast<int>(std::min<std::size_t>(backlog, INT_MAX)), error)) return error;
  return a.non_blocking(true, error);
}

// A connection that its peer has given up already is no reason to stop.
bool is_passing(const std::error_code& error) {
  return error == std::errc::connection_aborted || error == std::errc::protocol_error ||
         error == std::errc::interrupted;
}

}  // namespace

/// The acceptor under a lock: it is used by the accepting task, by the driver and by close().
class tcp_listener::state {
public:
  explicit state(asio::io_context& context) : context_(context), acceptor_(context) {}

  error_code open(const tcp::endpoint& at, std::size_t backlog) {
    protocol_ = at.protocol();
    return bind_and_listen(acceptor_, at, backlog);
  }

  // Not through Asio, which would register the descriptor with this task's driver.
  result<tcp_stream> try_accept() {
    std::lock_guard held(lock_);
    const int accepted =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0) return std::error_code(errno, std::system_category());
    return tcp_stream(std::make_unique<detail::tcp_socket>(protocol_, accepted));
  }

  auto readable() {
    auto initiate = [this](auto handler) {
      std::lock_guard held(lock_);
      acceptor_.async_wait(acceptor::wait_read, detail::without_value(std::move(handler)));
    };
    return detail::asio_wait<bool, decltype(initiate)>(context_, "tcp_listener::accept", initiate);
  }

  void close() noexcept {
    std::lock_guard held(lock_);
    error_code ignored;
    acceptor_.close(ignored);
  }

  bool is_open() {
    std::lock_guard held(lock_);
    return acceptor_.is_open();
  }

  tcp::endpoint local() {
    std::lock_guard held(lock_);
    error_code ignored;
    return acceptor_.local_endpoint(ignored);
  }

private:
  asio::io_context& context_;
  detail::spinlock lock_;
  acceptor acceptor_;
  tcp protocol_ = tcp::v4();
};

tcp_listener::tcp_listener(std::unique_ptr<state> s) noexcept : state_(std::move(s)) {}
tcp_listener::tcp_listener(tcp_listener&&) noexcept = default;
tcp_listener& tcp_listener::operator=(tcp_listener&&) noexcept = default;
tcp_listener::~tcp_listener() = default;

result<tcp_listener> tcp_listener::open(const endpoint& at, std::size_t backlog) {
  asio::io_context& context = detail::current_io_context();
  error_code error;
  tcp::resolver resolver(context);
  const auto found =
      resolver.resolve(at.host, std::to_string(at.port),
                       tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) return std::error_code(error);
  auto opened = std::make_unique<state>(context);
  error = opened->open(*found.begin(), backlog);
  if (error) return refusal_of(error);
  return tcp_listener(std::move(opened));
}

task<result<tcp_stream>> tcp_listener::accept() {
  for (;;) {
    auto accepted = state_->try_accept();
    if (accepted) co_return accepted;
    if (!state_->is_open()) co_return make_error_code(condition::closed);
    if (is_passing(accepted.error())) continue;
    if (accepted.error() != std::errc::operation_would_block) co_return accepted.error();
    auto waited = co_await state_->readable();
    if (!state_->is_open()) co_return make_error_code(condition::closed);
    if (!waited) co_return waited.error();
  }
}

void tcp_listener::close() noexcept { state_->close(); }

endpoint tcp_listener::local() const {
  const auto at = state_->local();
  return {at.address().to_string(), at.port()};
}

}  // namespace weft
