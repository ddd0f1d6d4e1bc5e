#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/task.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace weft::testing {

namespace detail {

/// One direction of a connection: pieces of text on their way.
using pipe = channel<std::string>;

}  // namespace detail

/// One end of a connection inside the process, with the calls of a tcp_stream.
///
/// A writer waits once `pieces_on_the_way` writes have not been read yet, so back-pressure can be
/// tested. An end that is destroyed is a peer that has gone.
/// Concurrent  one reader and one writer at a time
class memory_stream {
public:
  static constexpr std::size_t pieces_on_the_way = 16;

  memory_stream(std::shared_ptr<detail::pipe> in, std::shared_ptr<detail::pipe> out) noexcept
      : in_(std::move(in)), out_(std::move(out)) {}
  memory_stream(memory_stream&&) noexcept = default;
  memory_stream& operator=(memory_stream&& other) noexcept;
  ~memory_stream() { close(); }

  /// Waits for at least one byte.
  /// Cancel  nothing is lost
  /// @return how many bytes were read, at least 1
  /// @errors condition::eof when the peer has finished or gone; condition::canceled
  task<result<std::size_t>> read_some(std::span<char> into);

  /// Writes everything, in one piece; nothing where the text is empty.
  /// Cancel  the piece is not written
  /// @errors condition::closed where the peer has gone; condition::canceled
  task<result<void>> write_all(std::string_view from);

  /// The peer sees the end of the stream; reading goes on.
  void finish_writing() noexcept;

private:
  void close() noexcept;

  std::shared_ptr<detail::pipe> in_;
  std::shared_ptr<detail::pipe> out_;
  std::string unread_;  // of the piece that was begun
};

/// Takes the connections to one name.
class memory_listener {
public:
  explicit memory_listener(std::shared_ptr<channel<memory_stream>> arriving) noexcept
      : arriving_(std::move(arriving)) {}

  /// Waits for the next connection.
  /// Cancel  none is lost: one that was not returned waits on
  /// @errors condition::closed after close(); condition::canceled
  task<result<memory_stream>> accept();
  /// Later connections are refused; those that wait to be accepted see the end of their stream.
  void close() noexcept { arriving_->close(); }

private:
  std::shared_ptr<channel<memory_stream>> arriving_;
};

/// Hosts that reach each other by name without a socket: for tests of protocols in virtual time.
///
///     weft::testing::memory_network network;
///     auto listener = network.listen("server");
///     auto stream = co_await network.connect("server");
///
/// Concurrent  every call, from any task
class memory_network {
public:
  static constexpr std::size_t backlog = 16;

  /// @errors condition::bad_input where somebody listens under this name
  result<memory_listener> listen(const std::string& name);

  /// Waits while the listener's backlog is full.
  /// Cancel  there is no connection
  /// @errors condition::refused where nobody listens; condition::canceled
  task<result<memory_stream>> connect(std::string name);

private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<channel<memory_stream>>> listeners_;
};

}  // namespace weft::testing
