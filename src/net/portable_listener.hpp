#pragma once

#include "listening_socket.hpp"
#include "socket_address.hpp"

#include <weft/runtime/detail/spinlock.hpp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>

namespace weft::detail {

/// A listening socket that waits in Asio's reactor. It keeps the reactor: who outlives the
/// scheduler can still be closed.
class portable_listener final : public listening_socket {
public:
  /// @throws std::system_error where the reactor does not take the descriptor
  portable_listener(std::shared_ptr<boost::asio::io_context> context,
                    const stream_protocol& protocol, unique_descriptor listening);

  task<result<void>> acceptable() override;

private:
  using acceptor =
      boost::asio::basic_socket_acceptor<stream_protocol, boost::asio::io_context::executor_type>;

  void close_descriptor() noexcept override;

  const std::shared_ptr<boost::asio::io_context> context_;
  spinlock lock_;  // of the Asio object: a wait is started by the driver, while anybody closes
  acceptor acceptor_;
};

}  // namespace weft::detail
