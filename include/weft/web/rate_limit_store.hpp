#pragma once

#include <weft/base/clock.hpp>
#include <weft/runtime/task.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace weft {

enum class rate_algorithm {
  /// All of them at once, and then one each time that its part of the time has gone by.
  token_bucket,
  /// So many in any stretch of that length; the stretch before this one counts by the part of it
  /// that is still seen, as if its requests had come evenly.
  sliding_window,
};

/// How many requests in which time.
struct request_rate {
  std::uint64_t requests = 60;
  duration per = std::chrono::minutes(1);
  rate_algorithm algorithm = rate_algorithm::token_bucket;
};

/// What has come of a request that was counted.
struct rate_verdict {
  bool allowed = true;
  std::uint64_t remaining = 0;  ///< requests that would be allowed now
  duration reset{};             ///< until more, or all, of them are back
  duration retry_after{};       ///< until a next one is allowed; zero where this one was
};

/// Where rate_limit() counts. One of your own shares the counts between processes: in Redis, for
/// one. What it does where that cannot be reached, to let through or to refuse, is its decision.
class rate_limit_store {
public:
  virtual ~rate_limit_store() = default;

  /// Counts one request of that key, if it is allowed.
  /// Concurrent  several tasks at once
  /// @param key  valid until the task has ended
  virtual task<rate_verdict> take(std::string_view key, const request_rate& rate) = 0;
};

/// Counts in this process, on the clock of the scheduler.
///
/// Of more keys than there is room for, those that have not been seen for longest are forgotten: an
/// attacker who has that many addresses is not held up by this. A key of
/// more than 128 bytes is told by its beginning and a hash of the whole.
/// Cost  a lock that a few keys share, and a copy of the key where it is new
/// @param most_keys  about 200 bytes each
std::shared_ptr<rate_limit_store> local_rate_limits(std::size_t most_keys = 100'000);

}  // namespace weft
