#pragma once

#include "client_connection.hpp"

#include <weft/base/clock.hpp>
#include <weft/http/client.hpp>
#include <weft/http/limits.hpp>
#include <weft/net/endpoint.hpp>
#include <weft/runtime/event.hpp>
#include <weft/runtime/semaphore.hpp>
#include <weft/runtime/task.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Connections to servers, in use and at rest.
//
// Places: who wants a connection first takes a permit of its host, then one of the client, both in
// the order of asking, and keeps them for as long as it uses the connection. So at most
// max_connections are in use, and a permit of the client is held by nobody who waits for another.
// Connections at rest hold no permit: whoever makes a connection while there are as many as may be
// closes the one that has rested longest. One is at rest then, or the permit would not be there.
//
// Homes: a connection is used at the home where it was made (DESIGN.md says why). At another home
// it only counts, and gives way.
//
// Locks: `mutex_` for everything but the semaphores; never held across a wait, nor while a socket
// is closed. An origin is in the map for as long as it has resting connections or anybody has a
// reference to it, which is only ever made under the lock.
//
// End: close() drops what rests and wakes the reaper. Leases hold the pool, so what is in use ends
// with its lease.

namespace weft::http {

class client_pool;

/// The connections to one address.
struct client_origin {
  explicit client_origin(std::size_t most) noexcept : places(most) {}

  struct resting {
    std::unique_ptr<client_connection> connection;
    time_point since;
  };

  semaphore places;
  std::size_t open = 0;          // connections, in use too
  std::vector<resting> at_rest;  // the oldest first
};

/// A connection in use, and its places. Unless it is given back, the connection is closed.
class connection_lease {
public:
  connection_lease(std::shared_ptr<client_pool> pool, std::shared_ptr<client_origin> origin,
                   semaphore::permit of_host, semaphore::permit of_client) noexcept
      : pool_(std::move(pool)),
        origin_(std::move(origin)),
        of_client_(std::move(of_client)),
        of_host_(std::move(of_host)) {}
  connection_lease(connection_lease&&) noexcept = default;
  connection_lease& operator=(connection_lease&&) = delete;
  ~connection_lease();

  client_connection& operator*() const noexcept { return *connection_; }
  client_connection* operator->() const noexcept { return connection_.get(); }
  bool was_resting() const noexcept { return was_resting_; }

  /// The answer is whole and the next one can follow. The connection is the pool's now.
  void give_back() { return_to_pool(std::move(connection_)); }

private:
  friend class client_pool;
  void return_to_pool(std::unique_ptr<client_connection> connection);

  std::shared_ptr<client_pool> pool_;
  std::shared_ptr<client_origin> origin_;
  semaphore::permit of_client_;
  semaphore::permit of_host_;
  std::unique_ptr<client_connection> connection_;
  bool is_counted_ = false;  // in origin_->open
  bool was_resting_ = false;
};

class client_pool : public std::enable_shared_from_this<client_pool> {
public:
  explicit client_pool(client_options options);

  enum class want { any, fresh };
  /// A connection to that address: one at rest, or a new one.
  /// @errors  as connect(); condition::canceled
  task<result<connection_lease>> acquire(endpoint to, want w);
  /// Nothing rests from now on.
  void close() noexcept;

  client_counts counts() const;
  const client_options& options() const noexcept { return options_; }

private:
  friend class connection_lease;
  using connections = std::vector<std::unique_ptr<client_connection>>;

  std::shared_ptr<client_origin> enter(const endpoint& to);
  std::unique_ptr<client_connection> take(client_origin& origin);
  std::unique_ptr<client_connection> remove_newest(client_origin& origin);
  /// Counts a new connection, and closes one that rests where there are too many.
  void count_new(client_origin& origin);
  void count_closed(client_origin& origin) noexcept;
  void rest(client_origin& origin, std::unique_ptr<client_connection> connection);
  client_origin* with_oldest() noexcept;
  std::unique_ptr<client_connection> remove_oldest(client_origin& origin) noexcept;

  static task<> reap(std::shared_ptr<client_pool> pool);
  std::optional<time_point> next_expiry();
  void close_expired(time_point now);

  const client_options options_;
  const http_limits limits_;
  semaphore places_;
  event closing_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<client_origin>> origins_;
  std::size_t tidy_at_ = 16;  // origins; then those are dropped that nobody uses
  std::size_t open_ = 0;
  std::atomic<std::uint64_t> made_{0};
  std::atomic<std::uint64_t> reused_{0};
  bool has_reaper_ = false;
  bool closed_ = false;
};

}  // namespace weft::http
