#pragma once

#include <weft/net/endpoint.hpp>
#include <weft/net/listen_address.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/task.hpp>

#include <cstddef>
#include <memory>
#include <optional>

namespace weft {

struct listen_options {
  /// As many connections as the system may complete before they are accepted; it takes one more,
  /// and no more than it is set up for (Linux: net.core.somaxconn).
  std::size_t backlog = 4096;
  /// Of a Unix socket's file: who may write to it may connect. Without it the umask decides.
  std::optional<unsigned> file_mode{};
};

/// Takes connections on one address, TCP or Unix.
///
/// An IPv6 address takes IPv6 connections only ("[::]" too, whatever the system is set to), so that
/// who is served does not depend on the machine: listen on "0.0.0.0" as well for IPv4. Of a name
/// with several addresses the first is taken.
///
/// The file of a Unix socket is removed when the listener closes. One that a dead server has left
/// is replaced, one on which a server answers is in use. A name ("@name") has no file: all who
/// share the network namespace may connect.
class tcp_listener {
public:
  /// Opens the listening socket (SO_REUSEADDR). Needs a running task.
  ///
  /// @param at  port 0 takes a free one, local() tells which
  /// @errors condition::refused where the address is in use or not allowed (std::errc tells which);
  ///         std::errc::file_exists where a Unix socket's path is a file of another kind;
  ///         std::errc::filename_too_long for a path of more than 107 bytes;
  ///         std::errc::invalid_argument for one that is empty or has a zero byte;
  ///         std::errc::operation_not_supported for a mode of what is no file; the system's codes
  static result<tcp_listener> open(const endpoint& at, const listen_options& options = {});
  /// Takes over a socket that listens already, of any of these kinds, and closes it in the end; the
  /// file of a Unix one stays. Others may hold the same socket: a connection goes to one of them.
  ///
  /// It is made non-blocking, for all that hold it, and is not passed on to child programs.
  /// @errors std::errc::bad_file_descriptor; std::errc::not_a_socket; std::errc::not_supported for
  ///         a socket that is neither TCP nor a Unix stream; std::errc::invalid_argument for one
  ///         that does not listen. Then it is left as it is
  static result<tcp_listener> adopt(int descriptor);
  /// What the address asks for.
  static result<tcp_listener> open(const listen_address& at, const listen_options& options = {});

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
