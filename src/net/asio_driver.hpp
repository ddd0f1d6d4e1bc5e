#pragma once

#include "listening_socket.hpp"
#include "socket_address.hpp"
#include "tcp_socket.hpp"
#include "unique_descriptor.hpp"

#include <weft/runtime/io_driver.hpp>
#include <weft/runtime/task.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <memory>

namespace weft::detail {

class epoll_set;

/// The portable driver: an io_context that whoever holds the token runs. Under `sharded` and
/// `threads` each worker has one for itself. It is also what other drivers are made of: they bring
/// sockets of their own, and the rest of Asio works in them as well.
class asio_driver : public io_driver {
public:
  asio_driver();

  bool try_acquire() noexcept final;
  void release() noexcept final;
  bool poll() override;
  void block(duration timeout) override;
  void interrupt() noexcept final;

  const std::shared_ptr<boost::asio::io_context>& context() const noexcept { return context_; }

  // The sockets that wait in this driver.
  /// Takes a connected descriptor that does not block.
  virtual owned_socket adopt(const stream_protocol& protocol, unique_descriptor connected);
  /// Takes a listening descriptor that does not block.
  virtual std::unique_ptr<listening_socket> adopt_listener(const stream_protocol& protocol,
                                                           unique_descriptor listening);
  /// @return what adopt() takes
  /// Cancel  the connection is dropped  @errors the system's codes; condition::canceled
  virtual task<result<unique_descriptor>> connect(socket_address to);
  /// Where direct sockets wait; null: nowhere.
  virtual std::shared_ptr<epoll_set> direct_set() const noexcept;

protected:
  /// Runs one handler, and waits for it for this long. @return whether there was one
  bool run_one(duration timeout);

private:
  struct interruption;

  std::shared_ptr<boost::asio::io_context> context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  const std::shared_ptr<interruption> interruption_;
  std::atomic<bool> taken_{false};
};

/// The driver for the task that runs on this thread.
asio_driver& current_driver();
/// Its io_context.
boost::asio::io_context& current_io_context();
/// The same, for what may outlive the scheduler.
std::shared_ptr<boost::asio::io_context> shared_io_context();

}  // namespace weft::detail
