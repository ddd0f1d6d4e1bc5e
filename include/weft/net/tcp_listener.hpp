#pragma once

#include <weft/net/endpoint.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/task.hpp>

#include <cstddef>
#include <memory>

namespace weft {

/// Takes connections on one address.
class tcp_listener {
public:
  static constexpr std::size_t usual_backlog = 4096;

  /// Opens the listening socket (SO_REUSEADDR). Needs a running task.
  ///
  /// @param at       port 0 takes a free one, local() tells which
  /// @param backlog  as many connections as the system may complete before they are accepted; it
  ///                 takes one more, and no more than it is set up for (Linux: net.core.somaxconn)
  /// @errors condition::refused where the port is taken or not allowed; the system's codes
  static result<tcp_listener> open(const endpoint& at, std::size_t backlog = usual_backlog);

  tcp_listener(tcp_listener&&) noexcept;
  tcp_listener& operator=(tcp_listener&&) noexcept;
  ~tcp_listener();

  /// Waits for the next connection.
  /// Cancel  none is lost: one that was not returned stays in the backlog
  /// @errors condition::canceled; condition::closed after close(); std::errc::too_many_files_open
  task<result<tcp_stream>> accept();

  /// Refuses further connections; a waiting accept() ends with condition::closed. Any thread.
  void close() noexcept;
  endpoint local() const;

private:
  class state;
  explicit tcp_listener(std::unique_ptr<state> s) noexcept;

  std::unique_ptr<state> state_;
};

}  // namespace weft
