#include <weft/net/signals.hpp>

#include "asio_wait.hpp"

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <memory>
#include <utility>

namespace weft {

class stop_signals::state {
public:
  explicit state(std::shared_ptr<boost::asio::io_context> context)
      : context_(std::move(context)), signals_(*context_, SIGINT, SIGTERM) {}

  auto next() {
    auto start = [this](auto handler) { signals_.async_wait(std::move(handler)); };
    return detail::asio_wait<int, decltype(start)>(context_, "stop_signals::next", start);
  }

private:
  const std::shared_ptr<boost::asio::io_context> context_;  // kept for signals_
  boost::asio::signal_set signals_;
};

stop_signals::stop_signals() : state_(std::make_unique<state>(detail::shared_io_context())) {}
stop_signals::~stop_signals() = default;

task<result<int>> stop_signals::next() {
  auto caught = co_await state_->next();
  co_return caught;
}

}  // namespace weft
