#include <weft/net/tcp_listener.hpp>

#include "asio_driver.hpp"
#include "close_on_exec.hpp"
#include "socket_address.hpp"
#include "socket_file.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace weft {
namespace {

using boost::asio::ip::tcp;
using detail::socket_file;
using detail::unique_descriptor;

std::error_code last_error() noexcept { return {errno, std::system_category()}; }

int backlog_of(const listen_options& options) noexcept {
  return static_cast<int>(std::min<std::size_t>(options.backlog, INT_MAX));
}

int set(int descriptor, int level, int option, int value) noexcept {
  return ::setsockopt(descriptor, level, option, &value, sizeof value);
}

// @return 0, or -1 with errno set
int bind_and_listen(int descriptor, const tcp::endpoint& at, int backlog) noexcept {
  const bool is_ipv6 = at.protocol() == tcp::v6();
  if (set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) != 0) return -1;
  if (is_ipv6 && set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1) != 0) return -1;
  if (::bind(descriptor, at.data(), static_cast<socklen_t>(at.size())) != 0) return -1;
  return ::listen(descriptor, backlog);
}

result<unique_descriptor> open_listening(const tcp::endpoint& at, int backlog) noexcept {
  const int family = at.protocol().family();
  unique_descriptor opened(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (opened.get() < 0 || bind_and_listen(opened.get(), at, backlog) != 0) return last_error();
  return opened;
}

result<unique_descriptor> open_named(const std::string& name, const listen_options& options) {
  // Silently open to all is not what a mode asks for.
  if (options.file_mode) return std::make_error_code(std::errc::operation_not_supported);
  const auto at = detail::unix_address(name);
  if (!at) return at.error();
  unique_descriptor opened(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const bool listens = opened.get() >= 0 &&
                       ::bind(opened.get(), at->data(), static_cast<socklen_t>(at->size())) == 0 &&
                       ::listen(opened.get(), backlog_of(options)) == 0;
  if (!listens) return last_error();
  return opened;
}

result<tcp::endpoint> resolve(const endpoint& at) {
  boost::system::error_code error;
  tcp::resolver resolver(detail::current_io_context());
  const auto found =
      resolver.resolve(at.host, std::to_string(at.port),
                       tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) return std::error_code(error);
  return found.begin()->endpoint();
}

/// @return -1 with errno set where the socket does not say
int option_of(int descriptor, int option) noexcept {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

bool is_stream_family(int family) noexcept {
  return family == AF_INET || family == AF_INET6 || family == AF_UNIX;
}

/// Why no connections can be taken from it. What the system says of a socket that is none comes
/// first.
std::error_code fault_of(int descriptor) noexcept {
  const int type = option_of(descriptor, SO_TYPE);
  if (type < 0) return last_error();
  if (type != SOCK_STREAM || !is_stream_family(option_of(descriptor, SO_DOMAIN)))
    return std::make_error_code(std::errc::not_supported);
  if (option_of(descriptor, SO_ACCEPTCONN) != 1)
    return std::make_error_code(std::errc::invalid_argument);
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0) return last_error();
  return {};
}

// A connection that its peer has given up already is no reason to stop.
bool is_passing(const std::error_code& error) {
  return error == std::errc::connection_aborted || error == std::errc::protocol_error ||
         error == std::errc::interrupted;
}

}  // namespace

class tcp_listener::state {
public:
  explicit state(unique_descriptor listening, std::optional<socket_file> file = std::nullopt)
      : protocol_(option_of(listening.get(), SO_DOMAIN), 0),
        file_(std::move(file)),
        socket_(detail::current_driver().adopt_listener(protocol_, std::move(listening))) {}
  ~state() { close(); }
  state(const state&) = delete;
  state& operator=(const state&) = delete;

  detail::listening_socket& socket() const noexcept { return *socket_; }
  void close() noexcept {
    if (file_ && socket_->is_open()) (void)file_->remove();
    socket_->close();
  }

  tcp_stream adopt(unique_descriptor accepted) const {
    return tcp_stream(detail::current_driver().adopt(protocol_, std::move(accepted)));
  }

private:
  const detail::stream_protocol protocol_;
  std::optional<socket_file> file_;
  std::unique_ptr<detail::listening_socket> socket_;
};

tcp_listener::tcp_listener(std::unique_ptr<state> s) noexcept : state_(std::move(s)) {}
tcp_listener::tcp_listener(tcp_listener&&) noexcept = default;
tcp_listener& tcp_listener::operator=(tcp_listener&&) noexcept = default;
tcp_listener::~tcp_listener() = default;

result<tcp_listener> tcp_listener::open(const endpoint& at, const listen_options& options) {
  if (at.is_unix() && detail::is_unix_name(*at.path)) {
    auto opened = open_named(*at.path, options);
    if (!opened) return opened.error();
    return tcp_listener(std::make_unique<state>(std::move(*opened)));
  }
  if (at.is_unix()) {
    auto made = socket_file::listen(*at.path, options.file_mode, backlog_of(options));
    if (!made) return made.error();
    return tcp_listener(std::make_unique<state>(std::move(made->first), std::move(made->second)));
  }
  const auto address = resolve(at);
  if (!address) return address.error();
  auto opened = open_listening(*address, backlog_of(options));
  if (!opened) return opened.error();
  return tcp_listener(std::make_unique<state>(std::move(*opened)));
}

result<tcp_listener> tcp_listener::adopt(int descriptor) {
  if (const auto fault = fault_of(descriptor)) return fault;
  detail::close_on_exec(descriptor);
  return tcp_listener(std::make_unique<state>(unique_descriptor(descriptor)));
}

result<tcp_listener> tcp_listener::open(const listen_address& at, const listen_options& options) {
  return at.descriptor ? adopt(*at.descriptor) : open(at.at, options);
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

void tcp_listener::close() noexcept { state_->close(); }

endpoint tcp_listener::local() const { return state_->socket().local(); }

}  // namespace weft
