#pragma once

#include <weft/base/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weft {

/// Where a socket is: an address and a port, or the path of a Unix-domain socket.
struct endpoint {
  std::string host{};  ///< an IPv4 or IPv6 address, or a name
  std::uint16_t port = 0;
  /// Of a Unix socket's file, which has no host and no port. Empty for a peer that has no name of
  /// its own, as nearly all that connect; "@name" for one in the system's table of names (Linux:
  /// the abstract namespace), which is no file. A file that is called so is "./@name".
  std::optional<std::string> path{};

  static endpoint unix_socket(std::string path) {
    endpoint at;
    at.path = std::move(path);
    return at;
  }
  bool is_unix() const noexcept { return path.has_value(); }

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// Reads "127.0.0.1:8080", "[::1]:8080", "localhost:8080", "unix:/run/app.sock" or "unix:@name".
/// @errors condition::bad_input  where the host, the port or the path is missing, or the port is no
///         number from 0 to 65535
result<endpoint> parse_endpoint(std::string_view text);

/// The form that parse_endpoint() reads. A Unix peer without a name is "unix:".
std::string to_string(const endpoint& e);

}  // namespace weft
