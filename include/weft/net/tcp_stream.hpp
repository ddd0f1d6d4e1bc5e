#pragma once

#include <weft/base/clock.hpp>
#include <weft/base/error.hpp>
#include <weft/net/endpoint.hpp>
#include <weft/runtime/detail/task_context.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace weft {

class file;

/// Has the room for a read when its bytes have come: a thousand connections that wait need none.
class read_room {
public:
  /// Asked once for a read, or again where the bytes were none. On any worker, which waits for it.
  /// @return the place for the bytes; empty where there is no memory
  virtual std::span<char> room() noexcept = 0;

  // For the socket.
  bool wants_time() const noexcept { return wants_time_; }
  void note_found(time_point when) noexcept { found_ = when; }

protected:
  ~read_room() = default;

  /// From the next read on found() is known.
  void want_time() noexcept { wants_time_ = true; }
  /// When I/O came upon the bytes of a read that waited for them: its task has been ready to run
  /// since then. At the latest: where more is ready than one look takes, bytes of the next looks
  /// count as found in the first.
  /// @return nothing where the bytes were there already, or since forget_found()
  std::optional<time_point> found() const noexcept {
    return found_ == time_point{} ? std::nullopt : std::optional(found_);
  }
  void forget_found() noexcept { found_ = time_point{}; }

private:
  time_point found_{};
  bool wants_time_ = false;
};

namespace detail {

class tcp_socket;

/// A read or write that waits for the driver. Lives in the awaiter; the socket uses its members.
class socket_wait : public cancel_hook {
public:
  explicit socket_wait(tcp_socket& socket) noexcept : cancel_hook(&cut_short), socket_(socket) {}
  socket_wait(const socket_wait&) = delete;
  socket_wait& operator=(const socket_wait&) = delete;

  task_handle waiter;
  std::error_code error;
  std::size_t count = 0;  // bytes read or written so far
  std::atomic<bool> cancelled{false};

protected:
  void resume() noexcept {
    if (waiter) waiter.promise().context->withdraw(*this);
  }
  tcp_socket& socket() const noexcept { return socket_; }

private:
  static void cut_short(cancel_hook& hook) noexcept;

  tcp_socket& socket_;
};

class read_wait : public socket_wait {
public:
  read_wait(tcp_socket& socket, std::span<char> place) noexcept
      : socket_wait(socket), into(place) {}
  read_wait(tcp_socket& socket, read_room& from) noexcept : socket_wait(socket), room_(&from) {}

  bool wants_nothing() const noexcept { return room_ == nullptr && into.empty(); }
  /// Whether there is no place for the bytes before they have come.
  bool brings_room() const noexcept { return room_ != nullptr; }
  /// Before the bytes are taken. @return false where there is none, and that is the error
  bool find_room() noexcept;
  bool wants_time() const noexcept { return room_ != nullptr && room_->wants_time(); }
  void note_found(time_point when) noexcept { room_->note_found(when); }

  std::span<char> into;

private:
  read_room* const room_ = nullptr;
};

class write_wait : public socket_wait {
public:
  write_wait(tcp_socket& socket, std::string_view text) noexcept
      : socket_wait(socket), from(text) {}

  const std::string_view from;
};

/// Closes a socket. Its memory may be needed a moment longer.
struct close_socket {
  void operator()(tcp_socket* socket) const noexcept;
};
using owned_socket = std::unique_ptr<tcp_socket, close_socket>;

}  // namespace detail

/// What tcp_stream::read_some() returns; awaited at once.
class [[nodiscard("a read does nothing until it is awaited")]] read_awaiter : detail::read_wait {
public:
  using read_wait::read_wait;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(detail::suspension h) { return suspend(h.task()); }
  result<std::size_t> await_resume() noexcept {
    resume();
    if (error) return error;
    return count;
  }

private:
  bool suspend(detail::task_handle h);
};

/// What tcp_stream::write_all() returns; awaited at once.
class [[nodiscard("a write does nothing until it is awaited")]] write_awaiter : detail::write_wait {
public:
  using write_wait::write_wait;

  /// Most writes fit into the socket's buffer and end here, without a queue.
  bool await_ready();
  bool await_suspend(detail::suspension h) { return suspend(h.task()); }
  result<void> await_resume() noexcept {
    resume();
    if (error) return error;
    return {};
  }

private:
  bool suspend(detail::task_handle h);
};

/// What the other end of a connection has done, as far as the system knows.
enum class peer_state {
  present,
  finished,  ///< no more bytes come from it; it may still read, or be gone
  gone       ///< it has reset the connection
};

/// A connection, over TCP or a Unix socket.
///
/// A Unix socket knows no reset: its peer may see an end in good order where
/// abort() would have reset a TCP connection.
/// Concurrent  one reader and one writer at a time, on any workers; abort() from anywhere
class tcp_stream {
public:
  /// For tcp_listener and connect(); not for users.
  explicit tcp_stream(detail::owned_socket socket) noexcept;
  tcp_stream(tcp_stream&&) noexcept;
  tcp_stream& operator=(tcp_stream&&) noexcept;
  ~tcp_stream();

  /// Waits for at least one byte.
  /// Cancel  nothing is lost: what was not returned stays in the socket
  /// @return how many bytes were read, at least 1
  /// @errors condition::eof when the peer has finished; condition::canceled; abort()'s reason
  read_awaiter read_some(std::span<char> into) noexcept { return {*socket_, into}; }
  /// The same, into room that is asked for when there are bytes.
  /// Cancel  as above
  /// @errors as above; std::errc::not_enough_memory where there is no room
  read_awaiter read_some(read_room& from) noexcept { return {*socket_, from}; }

  /// Writes everything.
  /// Cancel  an unknown part of the bytes is written: close the connection
  /// @errors condition::canceled; abort()'s reason; the system's code for a broken connection
  write_awaiter write_all(std::string_view from) noexcept { return {*socket_, from}; }

  /// Writes what fits at once. Never while a write_all() waits.
  /// @return how much that was, perhaps nothing  @errors  abort()'s reason; the system's code
  result<std::size_t> try_write(std::string_view from);

  /// Sends a part of a file; the system moves the bytes where it can.
  /// Cancel   an unknown part of the bytes is written: close the connection
  /// Cost     a frame; disk reads block the worker as they do anywhere
  /// @errors  as write_all(); condition::eof where the file is shorter; the system's codes
  task<result<void>> send_file(const file& from, std::uint64_t offset, std::uint64_t length);

  /// The peer sees the end of the stream; reading goes on.
  void finish_writing() noexcept;
  /// Pending and later reads and writes end with this reason, and the peer sees a reset when the
  /// stream is destroyed. Any thread.
  void abort(condition reason) noexcept;
  /// As abort(), for reads only: an answer can still be written.
  void abort_reading(condition reason) noexcept;
  /// Takes abort_reading() back, where that was the reason and no other came first. For the reader,
  /// between two reads.
  void resume_reading(condition reason) noexcept;

  /// Whether a read would return at once: bytes are there, or the peer has finished or gone. A
  /// look, out of date at once, for who waits for nothing and keeps a connection for later.
  /// Cost  a system call
  bool is_readable() const noexcept;

  /// The peer: its address and port; of a Unix socket's client, which has none, endpoint::path is
  /// there and empty.
  endpoint remote() const;
  /// For who neither reads nor writes. Any thread. Cost: a system call
  peer_state peer() const noexcept;

private:
  detail::owned_socket socket_;
};

/// Connects to a numeric address, to a name that the system resolves, or to a Unix socket.
/// Cancel  ends at once; a connection that was being made is dropped. The system's look-up of a
///         name cannot be stopped: it goes on on the resolver's thread, its answer is dropped, and
///         the end of the scheduler waits for it
/// @errors condition::refused and the system's codes (std::errc::no_such_file_or_directory where a
///         Unix socket has no file); condition::canceled
task<result<tcp_stream>> connect(endpoint to);

}  // namespace weft
