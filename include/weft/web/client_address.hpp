#pragma once

#include <weft/http/header_field.hpp>
#include <weft/net/endpoint.hpp>
#include <weft/web/extractor.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weft {

/// In which field a proxy tells whom it speaks for. Exactly one: the other may be the client's own
/// invention, which a proxy that does not know it hands on.
enum class proxy_header {
  x_forwarded_for,
  forwarded,  ///< RFC 7239
};

/// The proxies whose word about a client's address counts. app::trust_proxies() takes one.
class trusted_proxies {
public:
  /// @param ranges  "10.0.0.0/8", "fd00::/8", "192.0.2.1", or "unix" for what comes by a Unix
  ///         socket
  /// @throws std::invalid_argument  a text is no range, or has bits behind its prefix
  explicit trusted_proxies(const std::vector<std::string>& ranges,
                           proxy_header header = proxy_header::x_forwarded_for);
  ~trusted_proxies();
  trusted_proxies(trusted_proxies&&) noexcept;
  trusted_proxies& operator=(trusted_proxies&&) noexcept;

  /// Whom a request came from, behind the proxies that are trusted.
  /// @param peer  of the connection
  std::string client_of(const endpoint& peer, std::span<const header_field> headers) const;

private:
  struct ranges;
  std::unique_ptr<ranges> ranges_;
};

/// The address of the client, as text without a port: "192.0.2.7", "2001:db8::1".
///
/// It is that of the connection's peer ("unix:" of a Unix socket's), unless that peer is one of the
/// trusted_proxies: then the field that they set is read from right to left, each entry being the
/// word of the proxy at its right. The first entry that is no trusted proxy is the client. What is
/// left of it, and of an entry that is no address, anybody could have written. Empty where a
/// request came on no connection, as in a test.
/// @example tests/unit/web/client_address_test.cpp:client_address
class client_address : public detail::extracted<std::string> {
public:
  using extracted::extracted;

  /// Never rejects.
  /// Cost  a system call
  static std::optional<client_address> extract(context& ctx);
  static void describe(operation&) {}
};

}  // namespace weft
