#include "client_pool.hpp"

#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/home.hpp>
#include <weft/runtime/scheduler.hpp>

#include <algorithm>
#include <new>

namespace weft::http {

namespace {

http_limits limits_of(const client_options& options) {
  http_limits limits;
  limits.max_header_bytes = options.max_header_bytes;
  limits.max_header_count = options.max_header_count;
  limits.max_body_bytes = UINT64_MAX;  // the reader's to say, of a whole answer
  return limits;
}

task<result<void>> wait_for(event& e) {
  auto waited = co_await e.wait();
  co_return waited;
}

}  // namespace

client_pool::client_pool(client_options options)
    : options_(std::move(options)),
      limits_(limits_of(options_)),
      places_(options_.max_connections) {}

// ------------------------------------------------------------------ leases

connection_lease::~connection_lease() {
  if (pool_ == nullptr) return;
  connection_.reset();
  if (is_counted_) pool_->count_closed(*origin_);
}

void connection_lease::return_to_pool(std::unique_ptr<client_connection> connection) {
  pool_->rest(*origin_, std::move(connection));
  is_counted_ = false;  // where it throws, the lease counts what it has lost
}

task<result<connection_lease>> client_pool::acquire(endpoint to, want w) {
  const auto origin = enter(to);
  auto of_host = co_await origin->places.acquire();
  if (!of_host) co_return of_host.error();
  auto of_client = co_await places_.acquire();
  if (!of_client) co_return of_client.error();

  connection_lease lease(shared_from_this(), origin, std::move(*of_host), std::move(*of_client));
  if (w == want::any) lease.connection_ = take(*origin);
  lease.is_counted_ = true;
  if (lease.connection_ != nullptr) {
    lease.was_resting_ = true;
    co_return lease;
  }
  count_new(*origin);
  auto stream = co_await connect(to);
  if (!stream) co_return stream.error();
  lease.connection_ =
      std::make_unique<client_connection>(std::move(*stream), limits_, current_home());
  made_.fetch_add(1, std::memory_order_relaxed);
  co_return lease;
}

// ------------------------------------------------------------------ under the lock

std::shared_ptr<client_origin> client_pool::enter(const endpoint& to) {
  std::lock_guard lock(mutex_);
  if (origins_.size() >= tidy_at_) {
    std::erase_if(origins_, [](const auto& entry) {
      return entry.second->at_rest.empty() && entry.second.use_count() == 1;
    });
    tidy_at_ = std::max<std::size_t>(16, origins_.size() * 2);
  }
  auto& origin = origins_[to_string(to)];
  if (origin == nullptr)
    origin = std::make_shared<client_origin>(options_.max_connections_per_host);
  return origin;
}

std::unique_ptr<client_connection> client_pool::take(client_origin& origin) {
  for (;;) {
    auto found = remove_newest(origin);
    if (found == nullptr) return nullptr;
    if (found->is_usable()) {
      reused_.fetch_add(1, std::memory_order_relaxed);
      return found;
    }
    count_closed(origin);
  }
}

// Of this home. The newest is the least likely to be closed by the server in this moment.
std::unique_ptr<client_connection> client_pool::remove_newest(client_origin& origin) {
  const auto home = current_home();
  std::lock_guard lock(mutex_);
  for (auto place = origin.at_rest.end(); place != origin.at_rest.begin();) {
    --place;
    if (place->connection->home() != home) continue;
    auto connection = std::move(place->connection);
    origin.at_rest.erase(place);
    return connection;
  }
  return nullptr;
}

void client_pool::count_new(client_origin& origin) {
  connections closed;
  std::lock_guard lock(mutex_);
  ++origin.open;
  ++open_;
  if (origin.open > options_.max_connections_per_host && !origin.at_rest.empty())
    closed.push_back(remove_oldest(origin));
  if (open_ > options_.max_connections)
    if (client_origin* const crowded = with_oldest()) closed.push_back(remove_oldest(*crowded));
}

void client_pool::count_closed(client_origin& origin) noexcept {
  std::lock_guard lock(mutex_);
  --origin.open;
  --open_;
}

client_origin* client_pool::with_oldest() noexcept {
  client_origin* oldest = nullptr;
  for (auto& [name, origin] : origins_) {
    if (origin->at_rest.empty()) continue;
    if (oldest == nullptr || origin->at_rest.front().since < oldest->at_rest.front().since)
      oldest = origin.get();
  }
  return oldest;
}

std::unique_ptr<client_connection> client_pool::remove_oldest(client_origin& origin) noexcept {
  auto connection = std::move(origin.at_rest.front().connection);
  origin.at_rest.erase(origin.at_rest.begin());
  --origin.open;
  --open_;
  return connection;
}

void client_pool::rest(client_origin& origin, std::unique_ptr<client_connection> connection) {
  connection->rest();
  scheduler& threads = scheduler::current();
  const time_point now = threads.now();
  std::lock_guard lock(mutex_);
  if (closed_) {
    --origin.open;
    --open_;
    return;
  }
  origin.at_rest.push_back({std::move(connection), now});
  if (has_reaper_ || options_.idle_timeout == duration::max()) return;
  try {
    threads.spawn(reap(shared_from_this()));
    has_reaper_ = true;
  } catch (const std::bad_alloc&) {
    // The next connection that comes to rest tries again.
  }
}

void client_pool::close() noexcept {
  connections closed;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    while (client_origin* const origin = with_oldest()) closed.push_back(remove_oldest(*origin));
  }
  closing_.set();
}

client_counts client_pool::counts() const {
  std::lock_guard lock(mutex_);
  client_counts now;
  now.made = made_.load(std::memory_order_relaxed);
  now.reused = reused_.load(std::memory_order_relaxed);
  now.open = open_;
  for (const auto& [name, origin] : origins_) now.idle += origin->at_rest.size();
  return now;
}

// ------------------------------------------------------------------ the reaper

// Closes what has rested for too long. It is there while anything rests, so that a client without
// requests keeps no task.
task<> client_pool::reap(std::shared_ptr<client_pool> pool) {
  for (;;) {
    const auto next = pool->next_expiry();
    if (!next) co_return;
    auto waited = co_await with_deadline(*next, wait_for(pool->closing_));
    if (!waited && waited.error() == condition::canceled) break;
    pool->close_expired(scheduler::current().now());
  }
  std::lock_guard lock(pool->mutex_);
  pool->has_reaper_ = false;
}

/// @return nullopt where nothing rests: then there is no reaper any more
std::optional<time_point> client_pool::next_expiry() {
  std::lock_guard lock(mutex_);
  const client_origin* const origin = with_oldest();
  has_reaper_ = origin != nullptr;
  if (origin == nullptr) return std::nullopt;
  return origin->at_rest.front().since + options_.idle_timeout;
}

void client_pool::close_expired(time_point now) {
  connections closed;
  std::lock_guard lock(mutex_);
  for (;;) {
    client_origin* const origin = with_oldest();
    if (origin == nullptr || origin->at_rest.front().since + options_.idle_timeout > now) return;
    closed.push_back(remove_oldest(*origin));
  }
}

}  // namespace weft::http
