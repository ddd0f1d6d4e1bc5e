#pragma once

#include <weft/base/clock.hpp>
#include <weft/http/body_stream.hpp>
#include <weft/net/endpoint.hpp>

#include <memory>
#include <string>

namespace weft {
class http_server;
}

namespace weft::http {

/// The connection's side of a request that is being answered. A request that came on none, as in
/// a test, has no exchange.
class exchange {
public:
  /// @return null for a body that is there whole, or none
  virtual std::shared_ptr<body_source> body() = 0;

  /// Under which name the request appears in reports: the pattern of its route.
  /// @param pattern  outlives the request
  virtual void note_route(const std::string& pattern) noexcept = 0;

  /// Where the request came from: the peer of the connection, which may be a proxy.
  virtual endpoint remote() const = 0;

  /// Another time limit for this handler, from its start on, instead of handler_timeout.
  virtual void limit_time(duration limit) noexcept = 0;

  /// The request does not count for max_requests_in_flight any more.
  virtual void leave_count() noexcept = 0;

  /// Whose connection it is: for a look at its health and its metrics.
  /// @return null where no server takes part, as in a test
  virtual const http_server* server() const noexcept = 0;

protected:
  ~exchange() = default;
};

}  // namespace weft::http
