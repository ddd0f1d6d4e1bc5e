#include <weft/net/signals.hpp>

#include "asio_wait.hpp"

#include <boost/asio/signal_set.hpp>

#include <csignal>

namespace weft {

task<result<int>> stop_signal() {
  auto& context = detail::current_io_context();
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  auto start = [&](auto handler) { signals.async_wait(std::move(handler)); };
  detail::asio_wait<int, decltype(start)> waiting(context, "stop_signal", start);
  co_return co_await waiting;
}

}  // namespace weft
