#include <weft/http/server.hpp>

#include "connection.hpp"
#include "reception.hpp"

#include <weft/net/tcp_listener.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <cstdio>
#include <exception>
#include <list>
#include <mutex>
#include <new>
#include <optional>

namespace weft {
namespace {

// How exact deadlines are, and how stale the time is that connections see.
constexpr auto sweep_interval = std::chrono::milliseconds(100);
// Between two sweeps of a process that runs.
constexpr auto longest_gap = std::chrono::seconds(1);
constexpr auto drain_poll = std::chrono::milliseconds(2);
// More than there are; the reasons that occur are counted each in a place of its own.
constexpr std::size_t most_rejection_reasons = 64;
}  // namespace

class http_server::state {
public:
  state(http_handler& handler, const server_options& options)
      : handler_(handler), options_(options), reception_(options_.limits, pulse_.stopping) {
    ended_.rejected.reserve(most_rejection_reasons);  // a connection's end must not allocate
  }

  result<void> open();
  task<> serve();
  void stop() noexcept;
  endpoint local() const { return listener_->local(); }
  std::size_t connections() {
    std::lock_guard lock(mutex_);
    return served_.size();
  }
  http_metrics metrics();
  std::string work_of(std::uint32_t task);

private:
  // Makes a connection known to the sweep for as long as it is served.
  class registration {
  public:
    registration(state& server, http::connection& c) : server_(server), connection_(c) {
      std::lock_guard lock(server_.mutex_);
      place_ = server_.served_.insert(server_.served_.end(), &c);
    }
    registration(const registration&) = delete;
    registration& operator=(const registration&) = delete;
    ~registration() {
      std::lock_guard lock(server_.mutex_);
      server_.served_.erase(place_);
      connection_.tally().add_to(server_.ended_);
    }

  private:
    state& server_;
    http::connection& connection_;
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

  http_handler& handler_;
  const server_options options_;
  std::optional<tcp_listener> listener_;
  http::server_pulse pulse_;
  http::reception reception_;
  std::mutex mutex_;  // for served_, ended_ and for opening and closing listener_
  std::list<http::connection*> served_;
  http_metrics ended_;  // what the connections counted that have ended
};

result<void> http_server::state::open() {
  auto opened = tcp_listener::open(options_.listen, {.backlog = options_.limits.max_backlog});
  if (!opened) return opened.error();
  std::lock_guard lock(mutex_);
  listener_.emplace(std::move(*opened));
  return {};
}

task<> http_server::state::serve() {
  pulse_.now.store(scheduler::current().now().time_since_epoch().count());
  task_group sweeping;
  task_group connections;
  // All frames that the end needs are made now: where memory has run out it must come all the same.
  auto accepting = accept_all(connections);
  auto draining = drain(connections);
  auto served = connections.join();
  auto swept = sweeping.join();
  sweeping.go(sweep());
  co_await std::move(accepting);
  stop();
  co_await std::move(draining);
  connections.cancel();
  co_await std::move(served);
  sweeping.cancel();
  co_await std::move(swept);
}

// An allocation that fails costs the newcomer its connection, and nobody else anything.
task<> http_server::state::accept_all(task_group& connections) {
  while (!cancel_requested() && !pulse_.stopping.load(std::memory_order_relaxed)) {
    bool has_ended = false;
    bool has_failed = false;
    try {
      auto arrived = co_await reception_.next(*listener_, connections);
      has_ended = !arrived;
      if (arrived) connections.deal(serve_one(std::move(*arrived)));
    } catch (const std::exception& e) {
      has_failed = true;
      reception_.note_pause(connections.live(), e.what());
    }
    if (has_ended) co_return;
    if (has_failed) co_await yield();
  }
}

http_metrics http_server::state::metrics() {
  std::lock_guard lock(mutex_);
  http_metrics sum = ended_;
  sum.open_connections = served_.size();
  for (const http::connection* c : served_) c->tally().add_to(sum);
  reception_.add_to(sum);
  return sum;
}

std::string http_server::state::work_of(std::uint32_t task) {
  std::lock_guard lock(mutex_);
  for (http::connection* c : served_) {
    if (const auto work = c->work_of(task)) return std::string(work->view());
  }
  return {};
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

// Its time stands still while the process does, or is kept from running: what a peer did meanwhile,
// and could not be seen, is not late.
task<> http_server::state::sweep() {
  time_point last = scheduler::current().now();
  duration stood_still{};
  while (!cancel_requested()) {
    const time_point seen = scheduler::current().now();
    if (seen - last > longest_gap) stood_still += seen - last - sweep_interval;
    last = seen;
    const time_point now = seen - stood_still;
    pulse_.now.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    for_each_connection([now](http::connection& c) { c.sweep(now); });
    bool has_slept = true;
    try {
      co_await sleep(sweep_interval);
    } catch (const std::bad_alloc&) {
      has_slept = false;  // no room for the timer: the next round comes early
    }
    if (!has_slept) co_await yield();
  }
}

task<> http_server::state::drain(task_group& connections) {
  const time_point last = scheduler::current().now() + options_.limits.drain_timeout;
  while (connections.live() != 0 && !cancel_requested() && scheduler::current().now() < last) {
    for_each_connection([](http::connection& c) { c.end_if_idle(); });
    bool has_slept = true;
    try {
      co_await sleep(drain_poll);
    } catch (const std::bad_alloc&) {
      has_slept = false;
    }
    if (!has_slept) co_await yield();
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
std::string http_server::work_of(std::uint32_t task) const { return state_->work_of(task); }
http_metrics http_server::metrics() const { return state_->metrics(); }

}  // namespace weft
