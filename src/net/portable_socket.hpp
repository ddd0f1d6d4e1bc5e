#pragma once

#include "socket_address.hpp"
#include "tcp_socket.hpp"

#include <weft/net/operation_memory.hpp>
#include <weft/runtime/detail/spinlock.hpp>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>

// A socket over Asio's operations.
//
// Asio's reactor may complete operations on any thread, but a socket object must not be touched by
// two threads at once. So every call into the socket object is made under `lock_`: starting an
// operation, cancelling, closing. Completions run on the worker that holds the driver's token and
// do not touch the socket object, except to go on with what Asio ended too early (below).
//
// Asio cancels all operations of a socket at once. A cancelled reader therefore also ends a
// writer's operation; the writer's completion sees that nobody meant it (neither its own
// `cancelled` nor abort()) and starts it again.
//
// A completion takes the lock too before it wakes its task: the worker that started the operation
// may still be inside, and the task may destroy the socket at once. Flags are read under the lock
// before an operation is started, so an abort() or cancel is either seen or ends that operation.
//
// A socket keeps the io_context in which it waited: who outlives the scheduler can still be closed.

namespace weft::detail {

class portable_socket final : public tcp_socket {
public:
  portable_socket(const stream_protocol& protocol, unique_descriptor connected) noexcept;

  bool start_read(read_wait& op, task_handle waiter) override;
  bool start_write(write_wait& op, task_handle waiter) override;
  bool try_write(write_wait& op) override;
  void cancel(socket_wait& op) noexcept override;

private:
  struct read_done;
  struct write_done;
  using code = boost::system::error_code;
  using asio_socket =
      boost::asio::basic_stream_socket<stream_protocol, boost::asio::io_context::executor_type>;

  ~portable_socket() override;
  void end_aborted() noexcept override;
  void dispose() noexcept override { delete this; }

  const code& join_driver();  // of the running task; with the lock held
  bool may_submit(socket_wait& op, task_handle waiter, const reason_word& abort_reason);
  void submit_read(read_wait& op);
  void submit_write(write_wait& op);
  void on_readable(read_wait& op, const code& error);
  void on_read(read_wait& op, const code& error, std::size_t count);
  bool end_read(read_wait& op, const code& error, std::size_t count) noexcept;
  void on_write(write_wait& op, const code& error, std::size_t count);
  /// @return the reason why an operation that Asio aborted has ended, or none: it must go on
  static std::optional<std::error_code> reason_of_end(const socket_wait& op,
                                                      const reason_word& abort_reason) noexcept;

  const stream_protocol protocol_;
  spinlock lock_;                                     // for the next three
  std::shared_ptr<boost::asio::io_context> context_;  // from join_driver() on
  std::optional<asio_socket> socket_;
  code joined_;  // what came of join_driver()
  operation_memory read_memory_;
  operation_memory write_memory_;
};

}  // namespace weft::detail
