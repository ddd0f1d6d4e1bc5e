#pragma once

#include <weft/web/middleware.hpp>
#include <weft/web/rate_limit_store.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace weft {

/// Who asks, as rate_limit() counts. @return nullopt for whom there is no limit
using rate_limit_key = std::function<std::optional<std::string>(context& ctx)>;

/// The client's address (client_address); of IPv6 the network of it, of which a client has all
/// addresses.
std::optional<std::string> by_client_address(context& ctx);

struct rate_limit_options {
  request_rate rate{};
  rate_limit_key key = &by_client_address;
  std::string name = "default";  ///< by which clients, and a store that is shared, know the limit
  std::shared_ptr<rate_limit_store> store = nullptr;  ///< null: local_rate_limits() of its own
};

/// Answers who asks too often with a 429 and Retry-After, before anything is done for the request.
///
/// Every answer says in RateLimit-Policy and RateLimit what the limit is and how much is left. Two
/// of them behind each other, with names of their own, are two limits. One that counts users stands
/// behind what finds out who asks.
/// @throws std::invalid_argument  no request or no time is in the rate, more requests than
///                                nanoseconds, no key, or a name that is empty or has quotes
/// @source IETF draft-ietf-httpapi-ratelimit-headers-10; RFC 6585 4
/// @example tests/unit/web/middleware/rate_limit_test.cpp:rate_limit
middleware rate_limit(rate_limit_options options);

}  // namespace weft
