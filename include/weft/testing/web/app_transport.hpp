#pragma once

#include <weft/base/clock.hpp>
#include <weft/http/limits.hpp>
#include <weft/net/endpoint.hpp>
#include <weft/runtime/io_kind.hpp>
#include <weft/runtime/model.hpp>

#include <string>
#include <vector>

namespace weft::testing {

/// The limits of a server that waits for its handlers however long they take: one that hangs ends
/// under the deterministic model with the report of who waits for whom, which says more than a 503.
inline http_limits without_handler_timeout() {
  http_limits limits;
  limits.handler_timeout = duration::max();
  return limits;
}

/// Requests go to the app inside of the process, without a socket.
///
/// They go through the server's parser, and answers through its writer, so what both look like, and
/// which limits they meet, is as over a socket. What only a connection has is not there: the pace
/// of bytes, idle time, shedding, allowed_hosts, "100 Continue", and takeovers.
struct in_process {
  weft::model model = deterministic{};  ///< by default time is virtual
  /// Of these the ones on the size of a request count, and handler_timeout.
  http_limits limits = without_handler_timeout();
  endpoint remote{"127.0.0.1", 50000};  ///< where the requests come from
};

/// Requests go over a real socket to a server of their own, through all of the HTTP stack.
struct over_socket {
  weft::model model = parallel{};  ///< of the app and the client; not deterministic
  io_kind io = io_kind::automatic;
  http_limits limits{};
  std::vector<std::string> allowed_hosts{};  ///< as server_options::allowed_hosts
};

}  // namespace weft::testing
