#include "portable_listener.hpp"

#include "asio_wait.hpp"

#include <mutex>
#include <utility>

namespace weft::detail {

portable_listener::portable_listener(std::shared_ptr<boost::asio::io_context> context,
                                     const stream_protocol& protocol, unique_descriptor listening)
    : listening_socket(listening.get()), context_(std::move(context)), acceptor_(*context_) {
  acceptor_.assign(protocol, listening.get());
  listening.release();
}

task<result<void>> portable_listener::acceptable() {
  auto start = [this](auto handler) {
    std::lock_guard held(lock_);
    acceptor_.async_wait(acceptor::wait_read, without_value(std::move(handler)));
  };
  asio_wait<bool, decltype(start)> waiting(context_, "tcp_listener::accept", start);
  auto waited = co_await waiting;
  if (!waited) co_return waited.error();
  co_return result<void>();
}

void portable_listener::close_descriptor() noexcept {
  std::lock_guard held(lock_);
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

}  // namespace weft::detail
