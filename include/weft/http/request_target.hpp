#pragma once

#include <weft/base/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::http {

/// Where a URL says that a request goes.
struct request_target {
  std::string host;  ///< a name or an address, without brackets
  std::uint16_t port = 0;
  std::string authority;  ///< for the Host header: lower case, without the port of the scheme
  std::string target;     ///< origin-form: path and query, still percent-encoded
};

/// Reads an absolute http URL. A fragment is no part of a request and ignored.
///
/// @errors condition::bad_input for what is no URL by RFC 3986, has no host, or has credentials in
///         it (RFC 9110 4.2.4); std::errc::protocol_not_supported for another scheme than http
result<request_target> read_target(std::string_view url);

/// The URL that a Location header means, seen from the URL of its answer.
/// @errors condition::bad_input
/// @source RFC 9110 10.2.2, RFC 3986 5
result<std::string> resolve_location(std::string_view base, std::string_view location);

/// Whether two URLs have one scheme, host and port (RFC 6454): who may see the credentials for one
/// may see those for the other.
bool is_same_origin(std::string_view a, std::string_view b);

/// Whether a client that was sent from one URL to the other would give up TLS.
bool is_downgrade(std::string_view from, std::string_view to);

}  // namespace weft::http
