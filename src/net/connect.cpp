#include "asio_wait.hpp"
#include "close_on_exec.hpp"
#include "tcp_socket.hpp"

#include <weft/net/tcp_stream.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <vector>

namespace weft {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using addresses = std::vector<tcp::endpoint>;

// An address needs no resolver, and so no resolver thread.
task<result<addresses>> resolve(asio::io_context& context, const endpoint& to) {
  boost::system::error_code no_address;
  const auto address = asio::ip::make_address(to.host, no_address);
  if (!no_address) co_return addresses{tcp::endpoint(address, to.port)};

  tcp::resolver resolver(context);
  auto start = [&](auto handler) {
    resolver.async_resolve(to.host, std::to_string(to.port), std::move(handler));
  };
  detail::asio_wait<tcp::resolver::results_type, decltype(start)> resolving(
      context, "connect", start, detail::on_cancel::abandons);
  auto found = co_await resolving;
  if (!found) co_return found.error();
  addresses all;
  for (const auto& entry : *found) all.push_back(entry.endpoint());
  co_return all;
}

task<result<tcp_stream>> connect_to(asio::io_context& context, tcp::endpoint to) {
  detail::tcp_socket::asio_socket socket(context);
  auto start = [&](auto handler) {
    socket.async_connect(to, detail::without_value(std::move(handler)));
  };
  detail::asio_wait<bool, decltype(start)> connecting(context, "connect", start);
  auto connected = co_await connecting;
  if (!connected) co_return connected.error();
  // Out of this task's driver: the stream joins that of the task that uses it first.
  boost::system::error_code failed;
  const int descriptor = socket.release(failed);
  if (failed) co_return std::error_code(failed);
  detail::close_on_exec(descriptor);
  co_return tcp_stream(std::make_unique<detail::tcp_socket>(to.protocol(), descriptor));
}

}  // namespace

task<result<tcp_stream>> connect(endpoint to) {
  asio::io_context& context = detail::current_io_context();
  auto all = co_await resolve(context, to);
  if (!all) co_return all.error();
  std::error_code last = condition::refused;
  for (const auto& address : *all) {
    auto stream = co_await connect_to(context, address);
    if (stream) co_return stream;
    last = stream.error();
    if (last == condition::canceled) break;
  }
  co_return last;
}

}  // namespace weft
