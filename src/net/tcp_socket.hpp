#pragma once

#include "unique_descriptor.hpp"

#include <weft/net/tcp_stream.hpp>

#include <atomic>

namespace weft::detail {

/// A connected socket that may be used from several workers: what both kinds of I/O have in common.
/// Which kind it is is decided when it is made, by the driver (asio_driver::adopt()).
///
/// Until a task waits in it, it is a bare descriptor; then it belongs to that task's driver. So a
/// connection's I/O is on the loop that serves it, whoever accepted it. It is closed only by the
/// task that owns it, after its operations have completed: they live in frames that wait for them.
class tcp_socket {
public:
  tcp_socket(const tcp_socket&) = delete;
  tcp_socket& operator=(const tcp_socket&) = delete;

  /// @return false where the read has ended already; so do the next two in their way
  virtual bool start_read(read_wait& op, task_handle waiter) = 0;
  virtual bool start_write(write_wait& op, task_handle waiter) = 0;
  /// Writes what fits at once. @return whether that was all, or the write has failed
  virtual bool try_write(write_wait& op) = 0;
  /// Ends this operation, if it is still pending. Any thread.
  virtual void cancel(socket_wait& op) noexcept = 0;

  /// Sends what the socket's buffer has room for.
  /// @return how much was sent  @errors std::errc::operation_would_block; condition::eof at the
  ///         file's end; the system's codes
  result<std::size_t> try_send_file(int source, std::uint64_t offset, std::size_t size);

  void abort(condition reason) noexcept;
  void abort_reading(condition reason) noexcept;
  void resume_reading(condition reason) noexcept;
  void finish_writing() noexcept;
  bool is_readable() const noexcept;
  endpoint remote() const;
  peer_state peer() const noexcept;

  /// After abort() the peer sees a reset: the system forgets what was not sent yet.
  void close() noexcept;

protected:
  using reason_word = std::atomic<int>;  // a condition, or 0

  /// Takes a connected descriptor over.
  explicit tcp_socket(int descriptor) noexcept;
  virtual ~tcp_socket() = default;

  int descriptor() const noexcept { return descriptor_; }
  const reason_word& reading_aborted() const noexcept { return reading_aborted_; }
  const reason_word& writing_aborted() const noexcept { return writing_aborted_; }

  /// Lets a cancel in. With the lock held that keeps cancels from the socket.
  /// @return false where the operation has ended with that
  static bool may_start(socket_wait& op, task_handle waiter, const reason_word& abort_reason);
  /// Every later read finds the end too, whatever the system says then.
  void remember_end() noexcept;

private:
  /// Ends the operations that abort() or abort_reading() is about: their reason is set.
  virtual void end_aborted() noexcept = 0;
  /// Closes the descriptor, and frees this object as soon as nobody can touch it any more.
  virtual void dispose() noexcept = 0;

  const int descriptor_;
  reason_word reading_aborted_{0};
  reason_word writing_aborted_{0};
};

}  // namespace weft::detail
