#include <weft/net/signals.hpp>

#include "asio_wait.hpp"

#include <boost/asio/signal_set.hpp>

#include <csignal>

namespace weft {

class stop_signals::state {
public:
  explicit state(boost::asio::io_context& context)
      : context_(context), signals_(context, SIGINT, SIGTERM) {}

  auto next() {
    auto start = [this](auto handler) { signals_.async_wait(std::move(handler)); };
    return detail::asio_wait<int, decltype(start)>(context_, "stop_signals::next", start);
  }

private:
  boost::asio::io_context& context_;
  boost::asio::signal_set signals_;
};

stop_signals::stop_signals() : state_(std::make_unique<state>(detail::current_io_context())) {}
stop_signals::~stop_signals() = default;

task<result<int>> stop_signals::next() {
  auto caught = co_await state_->next();
  co_return caught;
}

}  // namespace weft
