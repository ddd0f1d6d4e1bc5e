// asio_echo: the twin of weft_echo on plain Boost.Asio, after the coroutine echo server of its
// documentation, on an io_context that several threads run.

#include "../burner.hpp"
#include "../echo_options.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;

constexpr auto result_of = asio::as_tuple(asio::use_awaitable);

awaitable<void> echo(tcp::socket peer) {
  std::array<char, micro::echo_buffer_bytes> buffer;
  for (;;) {
    const auto [read_error, count] = co_await peer.async_read_some(asio::buffer(buffer), result_of);
    if (read_error) co_return;
    const auto [write_error, written] =
        co_await asio::async_write(peer, asio::buffer(buffer, count), result_of);
    if (write_error) co_return;
  }
}

awaitable<void> compute_for_ever(std::uint64_t steps) {
  for (;;) {
    micro::burn(steps);
    co_await asio::post(asio::use_awaitable);
  }
}

awaitable<void> serve(tcp::acceptor acceptor) {
  for (;;) {
    tcp::socket peer = co_await acceptor.async_accept(asio::use_awaitable);
    peer.set_option(tcp::no_delay(true));
    asio::co_spawn(acceptor.get_executor(), echo(std::move(peer)), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = micro::parse_echo_options(argc, argv);
  const std::uint64_t steps = options.burners > 0 ? micro::steps_of_a_slice() : 0;
  asio::io_context context(static_cast<int>(options.workers));
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), micro::any_port});
  const std::uint16_t port = acceptor.local_endpoint().port();
  asio::co_spawn(context, serve(std::move(acceptor)), asio::detached);
  for (unsigned i = 0; i < options.burners; ++i) {
    asio::co_spawn(context, compute_for_ever(steps), asio::detached);
  }
  micro::announce(port);
  std::vector<std::thread> others;
  for (unsigned i = 1; i < options.workers; ++i) others.emplace_back([&] { context.run(); });
  context.run();
  for (std::thread& t : others) t.join();
}
