#pragma once

#include "asio_case.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>

#include <memory>
#include <utility>

namespace micro {

/// Waits for coroutines that were spawned: each sends a token when it has ended.
///
/// The channel is shared, since the last sender is still inside it when the waiter goes on.
class asio_group {
public:
  explicit asio_group(asio::any_io_executor on, std::size_t most)
      : on_(std::move(on)), ended_(std::make_shared<tokens>(on_, most)) {}

  void spawn(asio::awaitable<void> work) {
    ++spawned_;
    asio::co_spawn(on_, then_tell(std::move(work), ended_), asio::detached);
  }

  asio::awaitable<void> join() {
    for (; spawned_ != 0; --spawned_) co_await ended_->async_receive(asio::use_awaitable);
  }

private:
  using tokens = asio::experimental::concurrent_channel<void(boost::system::error_code)>;

  static asio::awaitable<void> then_tell(asio::awaitable<void> work, std::shared_ptr<tokens> to) {
    co_await std::move(work);
    to->try_send(boost::system::error_code{});
  }

  asio::any_io_executor on_;
  std::shared_ptr<tokens> ended_;
  std::size_t spawned_ = 0;
};

}  // namespace micro
