#pragma once

#include <weft/base/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace weft {

/// An address and a port.
struct endpoint {
  std::string host;  ///< an IPv4 or IPv6 address, or a name
  std::uint16_t port = 0;

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// Reads "127.0.0.1:8080", "[::1]:8080" or "localhost:8080".
/// @errors condition::bad_input  where the host or the port is missing or the port is no number
///         from 0 to 65535
result<endpoint> parse_endpoint(std::string_view text);

/// The form that parse_endpoint() reads.
std::string to_string(const endpoint& e);

}  // namespace weft
