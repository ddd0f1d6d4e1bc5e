#pragma once

#include <weft/web/middleware.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace weft {

struct idempotency_options {
  /// To whom a key belongs: two owners of one key have two. Null: who was let through with the same
  /// credentials by basic_auth(), bearer_auth() or api_key_auth(), else has sent the same
  /// Authorization. Where people are known in another way, by a cookie for one, it has to say who
  /// they are: to all others a key belongs together.
  std::function<std::string(context& ctx)> owner = nullptr;
  std::chrono::seconds keeps_for = std::chrono::hours(24);
  /// Of memory for all answers that are kept: past it the oldest go, whose requests would be done
  /// again.
  std::size_t most_bytes = 16 * 1024 * 1024;
  bool required = false;  ///< answers a POST or PATCH without a key with a 400
};

/// Lets a client ask again after it has heard nothing, without the thing being done twice.
///
/// A POST or PATCH with an Idempotency-Key is done once. Who sends the same again gets the same
/// answer, with `Idempotency-Replayed: true`; while the first is under way a 409; and under the key
/// of another request a 422. A 5xx, a 429 and a stream are not kept, and can be tried again. Keys
/// are known to this process alone. It stands behind what finds out who asks. Of a body that the
/// handler reads piece by piece nothing is compared.
/// Cost  a lock; a copy of the answer
/// @throws std::invalid_argument  nothing is to be kept, or for no time
/// @source IETF draft-ietf-httpapi-idempotency-key-header-07
/// @example tests/unit/web/middleware/idempotency_test.cpp:idempotency
middleware idempotency(idempotency_options options = {});

}  // namespace weft
