#include <weft/net/tcp_listener.hpp>

#include "asio_driver.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>
#include <utility>

namespace weft {
namespace {

using tcp = boost::asio::ip::tcp;

std::error_code last_error() noexcept { return {errno, std::system_category()}; }

// @return 0, or -1 with errno set
int bind_and_listen(int descriptor, const tcp::endpoint& at, std::size_t backlog) noexcept {
  const int on = 1;
  if (::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return -1;
  if (::bind(descriptor, at.data(), static_cast<socklen_t>(at.size())) != 0) return -1;
  return ::listen(descriptor, static_cast<int>(std::min<std::size_t>(backlog, INT_MAX)));
}

result<detail::unique_descriptor> open_listening(const tcp::endpoint& at,
                                                 std::size_t backlog) noexcept {
  const int family = at.protocol().family();
  detail::unique_descriptor opened(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (opened.get() < 0 || bind_and_listen(opened.get(), at, backlog) != 0) return last_error();
  return opened;
}

std::error_code refusal_of(const std::error_code& error) {
  if (error == std::errc::address_in_use || error == std::errc::permission_denied) {
    return condition::refused;
  }
  return error;
}

// A connection that its peer has given up already is no reason to stop.
bool is_passing(const std::error_code& error) {
  return error == std::errc::connection_aborted || error == std::errc::protocol_error ||
         error == std::errc::interrupted;
}

}  // namespace

class tcp_listener::state {
public:
  state(const tcp& protocol, std::unique_ptr<detail::listening_socket> listening)
      : protocol_(protocol), socket_(std::move(listening)) {}
  ~state() { socket_->close(); }
  state(const state&) = delete;
  state& operator=(const state&) = delete;

  detail::listening_socket& socket() const noexcept { return *socket_; }

  tcp_stream adopt(detail::unique_descriptor accepted) const {
    return tcp_stream(detail::current_driver().adopt(protocol_, std::move(accepted)));
  }

private:
  const tcp protocol_;
  std::unique_ptr<detail::listening_socket> socket_;
};

tcp_listener::tcp_listener(std::unique_ptr<state> s) noexcept : state_(std::move(s)) {}
tcp_listener::tcp_listener(tcp_listener&&) noexcept = default;
tcp_listener& tcp_listener::operator=(tcp_listener&&) noexcept = default;
tcp_listener::~tcp_listener() = default;

result<tcp_listener> tcp_listener::open(const endpoint& at, std::size_t backlog) {
  detail::asio_driver& driver = detail::current_driver();
  boost::system::error_code error;
  tcp::resolver resolver(*driver.context());
  const auto found =
      resolver.resolve(at.host, std::to_string(at.port),
                       tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) return std::error_code(error);
  const tcp::endpoint address = *found.begin();
  auto opened = open_listening(address, backlog);
  if (!opened) return refusal_of(opened.error());
  auto listening = driver.adopt_listener(address.protocol(), std::move(*opened));
  return tcp_listener(std::make_unique<state>(address.protocol(), std::move(listening)));
}

task<result<tcp_stream>> tcp_listener::accept() {
  detail::listening_socket& listening = state_->socket();
  for (;;) {
    auto accepted = listening.try_accept();
    if (accepted) co_return state_->adopt(std::move(*accepted));
    if (is_passing(accepted.error())) continue;
    if (accepted.error() != std::errc::operation_would_block) co_return accepted.error();
    auto waited = co_await listening.acceptable();
    // Where a close() ended the wait, try_accept() says so.
    if (!waited && listening.is_open()) co_return waited.error();
  }
}

void tcp_listener::close() noexcept { state_->socket().close(); }

endpoint tcp_listener::local() const { return state_->socket().local(); }

}  // namespace weft
