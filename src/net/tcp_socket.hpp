#pragma once

#include <weft/net/operation_memory.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/spinlock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <optional>

// A socket that may be used from several workers.
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
// The socket belongs to the driver of the task that first uses it, so that a connection's I/O is on
// the loop that serves it, whoever accepted it. Until then it is a bare descriptor.
//
// A socket is destroyed only by the task that owns it, after its operations have completed: they
// live in frames that wait for them.

namespace weft::detail {

class tcp_socket {
public:
  using asio_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp,
                                                       boost::asio::io_context::executor_type>;

  /// Takes a connected descriptor over.
  tcp_socket(const boost::asio::ip::tcp& protocol, int descriptor);
  /// After abort() the peer sees a reset: the system forgets what was not sent yet.
  ~tcp_socket();

  bool start_read(read_awaiter& op, task_handle waiter);
  bool try_write(write_awaiter& op);
  bool start_write(write_awaiter& op, task_handle waiter);

  void cancel() noexcept;
  void abort(condition reason) noexcept;
  void abort_reading(condition reason) noexcept;
  void finish_writing() noexcept;
  bool is_readable() const noexcept;
  endpoint remote() const;

private:
  struct read_done;
  struct write_done;
  using code = boost::system::error_code;

  using reason_word = std::atomic<int>;  // a condition, or 0

  const code& join_driver();  // of the running task; with the lock held
  bool may_start(socket_wait& op, task_handle waiter, const reason_word& abort_reason);
  void submit_read(read_awaiter& op);
  void submit_write(write_awaiter& op);
  void on_read(read_awaiter& op, const code& error, std::size_t count);
  void on_write(write_awaiter& op, const code& error, std::size_t count);
  /// @return the reason why an operation that Asio aborted has ended, or none: it must go on
  static std::optional<std::error_code> reason_of_end(const socket_wait& op,
                                                      const reason_word& abort_reason) noexcept;

  const int descriptor_;
  const boost::asio::ip::tcp protocol_;
  spinlock lock_;  // for the next two
  std::optional<asio_socket> socket_;
  code joined_;  // what came of join_driver()
  reason_word reading_aborted_{0};
  reason_word writing_aborted_{0};
  operation_memory read_memory_;
  operation_memory write_memory_;
};

}  // namespace weft::detail
