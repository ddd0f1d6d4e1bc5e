#pragma once

#include <weft/base/error.hpp>
#include <weft/net/endpoint.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

/// Where a server takes connections: an endpoint that is opened, or a listening socket that this
/// process has got from the one that started it.
struct listen_address {
  listen_address(endpoint e) : at(std::move(e)) {}

  /// A descriptor that this process has inherited, or opened by itself.
  static listen_address inherited(int descriptor) {
    listen_address from{endpoint{}};
    from.descriptor = descriptor;
    return from;
  }

  endpoint at;
  std::optional<int> descriptor;  ///< instead of `at`
};

/// Reads what parse_endpoint() reads, and
///
///     fd:3             the listening socket with that descriptor
///     inherited        all that were handed over by the protocol of socket activation:
///                      LISTEN_FDS of them from descriptor 3 on, where LISTEN_PID is this process
///     inherited:NAME   those of them that LISTEN_FDNAMES calls so
///
/// A host that is called "fd" or "inherited" has to be given by its address.
/// @return at least one
/// @errors condition::bad_input for what is none of these; condition::closed where nothing was
///         handed over to this process, or nothing of that name
/// @source sd_listen_fds(3)
result<std::vector<listen_address>> parse_listen_address(std::string_view text);

/// The endpoint in the form that parse_endpoint() reads, or "fd:3".
std::string to_string(const listen_address& a);

}  // namespace weft
