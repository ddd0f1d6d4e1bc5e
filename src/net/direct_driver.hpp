#pragma once

#include "asio_driver.hpp"
#include "epoll_set.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <cstddef>
#include <memory>

namespace weft::detail {

/// The driver of Linux: an epoll_set for sockets, nested in the io_context, where everything else
/// of Asio (timers, resolver, signals, users' objects) goes on as in the portable driver.
///
/// A worker that waits does so in Asio's reactor, which sees the nested set become readable. While
/// requests come faster than they are answered it never gets there: the set is asked directly, one
/// system call for all that is ready, and Asio now and then.
class direct_driver final : public asio_driver {
public:
  direct_driver();
  ~direct_driver() override;

  bool poll() override;
  void block(duration timeout) override;

  owned_socket adopt(const stream_protocol& protocol, unique_descriptor connected) override;
  std::unique_ptr<listening_socket> adopt_listener(const stream_protocol& protocol,
                                                   unique_descriptor listening) override;
  task<result<unique_descriptor>> connect(socket_address to) override;
  std::shared_ptr<epoll_set> direct_set() const noexcept override { return set_; }

private:
  struct nesting;

  bool look_at_asio_if_due();
  void nest();

  const std::shared_ptr<epoll_set> set_;
  const std::shared_ptr<nesting> nesting_;
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> nested_;

  // For the holder of the token.
  time_point looked_at_asio_;
  bool is_busy_ = false;  // the last look at the set found something
};

}  // namespace weft::detail
