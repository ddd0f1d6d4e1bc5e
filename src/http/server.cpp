#include <weft/http/server.hpp>

#include "connection.hpp"

#include <weft/net/tcp_listener.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <list>
#include <mutex>
#include <optional>

namespace weft {
namespace {

// How exact deadlines are, and how stale the time is that connections see.
constexpr auto sweep_interval = std::chrono::milliseconds(100);
constexpr auto drain_poll = std::chrono::milliseconds(2);
constexpr auto accept_pause = std::chrono::milliseconds(20);
constexpr std::size_t spare_descriptors = 128;

// Raises the soft limit to the hard one: a server wants what it may have.
std::size_t usable_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}

std::size_t connection_limit(std::size_t wanted) {
  const std::size_t descriptors = usable_descriptors();
  const std::size_t possible =
      descriptors > 2 * spare_descriptors ? descriptors - spare_descriptors : descriptors / 2;
  return std::min(wanted, possible);
}

}  // namespace

class http_server::state {
public:
  state(http_handler& handler, const server_options& options)
      : handler_(handler),
        options_(options),
        most_connections_(connection_limit(options.max_connections)) {}

  result<void> open();
  task<> serve();
  void stop() noexcept;
  endpoint local() const { return listener_->local(); }
  std::size_t connections() {
    std::lock_guard lock(mutex_);
    return served_.size();
  }

private:
  // Makes a connection known to the sweep for as long as it is served.
  class registration {
  public:
    registration(state& server, http::connection& c) : server_(server) {
      std::lock_guard lock(server_.mutex_);
      place_ = server_.served_.insert(server_.served_.end(), &c);
    }
    registration(const registration&) = delete;
    registration& operator=(const registration&) = delete;
    ~registration() {
      std::lock_guard lock(server_.mutex_);
      server_.served_.erase(place_);
    }

  private:
    state& server_;
    std::list<http::connection*>::iterator place_;
  };

  template <class Visit>
  void for_each_connection(Visit visit) {
    std::lock_guard lock(mutex_);
    for (http::connection* c : served_) visit(*c);
  }

  task<> accept_all(task_group& connections);
  task<> serve_one(tcp_stream stream);
  task<> sweep();
  task<> drain(task_group& connections);
  task<> pause_accepting(std::size_t live, const std::error_code& why);

  http_handler& handler_;
  const server_options options_;
  const std::size_t most_connections_;
  std::optional<tcp_listener> listener_;
  http::server_pulse pulse_;
  bool said_full_ = false;
  std::mutex mutex_;  // for served_ and for opening and closing listener_
  std::list<http::connection*> served_;
};

result<void> http_server::state::open() {
  auto opened = tcp_listener::open(options_.listen);
  if (!opened) return opened.error();
  std::lock_guard lock(mutex_);
  listener_.emplace(std::move(*opened));
  return {};
}

task<> http_server::state::serve() {
  pulse_.now.store(scheduler::current().now().time_since_epoch().count());
  task_group sweeping;
  sweeping.go(sweep());
  task_group connections;
  co_await accept_all(connections);
  stop();
  co_await drain(connections);
  connections.cancel();
  co_await connections.join();
  sweeping.cancel();
  co_await sweeping.join();
}

task<> http_server::state::accept_all(task_group& connections) {
  while (!pulse_.stopping.load(std::memory_order_relaxed) && !cancel_requested()) {
    if (connections.live() >= most_connections_) {
      co_await pause_accepting(connections.live(), condition::limit_exceeded);
      continue;
    }
    auto accepted = co_await listener_->accept();
    if (accepted) connections.deal(serve_one(std::move(*accepted)));
    else if (accepted.error() != condition::closed && accepted.error() != condition::canceled) {
      co_await pause_accepting(connections.live(), accepted.error());
    }
  }
}

task<> http_server::state::pause_accepting(std::size_t live, const std::error_code& why) {
  if (!said_full_) {
    std::fprintf(stderr, "weft: accepting pauses at %zu connections: %s\n", live,
                 why.message().c_str());
  }
  said_full_ = true;
  co_await sleep(accept_pause);
}

task<> http_server::state::serve_one(tcp_stream stream) {
  // An exception must not reach the group: it would cancel all other connections.
  try {
    http::connection c(std::move(stream), handler_, options_.limits, pulse_);
    registration known(*this, c);
    co_await c.serve();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "weft: a connection ended with an exception: %s\n", e.what());
  }
}

task<> http_server::state::sweep() {
  while (!cancel_requested()) {
    const time_point now = scheduler::current().now();
    pulse_.now.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    for_each_connection([now](http::connection& c) { c.expire_if_due(now); });
    co_await sleep(sweep_interval);
  }
}

task<> http_server::state::drain(task_group& connections) {
  const time_point last = scheduler::current().now() + options_.drain_timeout;
  while (connections.live() != 0 && !cancel_requested() && scheduler::current().now() < last) {
    for_each_connection([](http::connection& c) { c.end_if_idle(); });
    co_await sleep(drain_poll);
  }
}

void http_server::state::stop() noexcept {
  pulse_.stopping.store(true, std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  if (listener_) listener_->close();
}

http_server::http_server(http_handler& handler, const server_options& options)
    : state_(std::make_unique<state>(handler, options)) {}
http_server::~http_server() = default;

result<void> http_server::open() { return state_->open(); }
endpoint http_server::local() const { return state_->local(); }
task<> http_server::serve() { return state_->serve(); }
void http_server::stop() noexcept { state_->stop(); }
std::size_t http_server::connections() const noexcept { return state_->connections(); }

}  // namespace weft
