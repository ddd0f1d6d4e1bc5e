#include "asio_driver.hpp"
#include "asio_wait.hpp"

#include <weft/net/tcp_stream.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <utility>
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

task<result<tcp_stream>> connect_to(tcp::endpoint to) {
  auto connected = co_await detail::current_driver().connect(to);
  if (!connected) co_return connected.error();
  co_return tcp_stream(detail::current_driver().adopt(to.protocol(), std::move(*connected)));
}

}  // namespace

task<result<tcp_stream>> connect(endpoint to) {
  auto all = co_await resolve(detail::current_io_context(), to);
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
