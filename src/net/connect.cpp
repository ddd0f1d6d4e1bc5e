#include "asio_driver.hpp"
#include "asio_wait.hpp"
#include "socket_address.hpp"

#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/sleep.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace weft {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using addresses = std::vector<detail::socket_address>;

// An address needs no resolver, and so no resolver thread.
task<result<addresses>> resolve(std::shared_ptr<asio::io_context> context, const endpoint& to) {
  boost::system::error_code no_address;
  const auto address = asio::ip::make_address(to.host, no_address);
  if (!no_address) co_return addresses{detail::socket_address(tcp::endpoint(address, to.port))};

  tcp::resolver resolver(*context);
  auto start = [&](auto handler) {
    resolver.async_resolve(to.host, std::to_string(to.port), std::move(handler));
  };
  detail::asio_wait<tcp::resolver::results_type, decltype(start)> resolving(
      context, "connect", start, detail::on_cancel::abandons);
  auto found = co_await resolving;
  if (!found) co_return found.error();
  addresses all;
  for (const auto& entry : *found) all.emplace_back(entry.endpoint());
  co_return all;
}

task<result<tcp_stream>> connect_to(detail::socket_address to) {
  auto connected = co_await detail::current_driver().connect(to);
  if (!connected) co_return connected.error();
  co_return tcp_stream(detail::current_driver().adopt(to.protocol(), std::move(*connected)));
}

result<detail::unique_descriptor> try_connect(const detail::socket_address& to) noexcept {
  detail::unique_descriptor opened(
      ::socket(to.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const bool connected = opened.get() >= 0 &&
                         ::connect(opened.get(), to.data(), static_cast<socklen_t>(to.size())) == 0;
  if (!connected) return std::error_code(errno, std::system_category());
  return opened;
}

// A Unix socket connects at once or not at all, so it needs no driver: where the server's backlog
// is full there is nothing to wait for but time. (Asio takes that EAGAIN for a connection that is
// being made, and the socket that stays unconnected for one that is.)
task<result<tcp_stream>> connect_to_unix(std::string path) {
  constexpr auto longest_pause = std::chrono::milliseconds(16);
  const auto at = detail::unix_address(path);
  if (!at) co_return at.error();
  duration pause = std::chrono::milliseconds(1);
  for (;;) {
    auto connected = try_connect(*at);
    if (connected) {
      co_return tcp_stream(detail::current_driver().adopt(at->protocol(), std::move(*connected)));
    }
    if (connected.error() != std::errc::resource_unavailable_try_again) co_return connected.error();
    const auto error = co_await sleep(pause);
    if (error) co_return error;
    pause = std::min<duration>(pause * 2, longest_pause);
  }
}

}  // namespace

task<result<tcp_stream>> connect(endpoint to) {
  if (to.is_unix()) {
    auto stream = co_await connect_to_unix(*to.path);
    co_return stream;
  }
  auto all = co_await resolve(detail::shared_io_context(), to);
  if (!all) co_return all.error();
  std::error_code last = condition::refused;
  for (const auto& address : *all) {
    auto stream = co_await connect_to(address);
    if (stream) co_return stream;
    last = stream.error();
    if (last == condition::canceled) break;
  }
  co_return last;
}

}  // namespace weft
