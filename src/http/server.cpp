#include <weft/http/server.hpp>

#include "connection.hpp"
#include "reception.hpp"

#include <weft/net/tcp_listener.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <list>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace weft {
namespace {

// How exact deadlines are, and how stale the time is that connections see.
constexpr auto sweep_interval = std::chrono::milliseconds(100);
// Between two sweeps of a process that runs.
constexpr auto longest_gap = std::chrono::seconds(1);
constexpr auto drain_poll = std::chrono::milliseconds(2);
// After a newcomer for whom there was no memory.
constexpr auto accept_pause = std::chrono::milliseconds(20);
// More than there are; the reasons that occur are counted each in a place of its own.
constexpr std::size_t most_rejection_reasons = 64;
}  // namespace

class http_server::state {
public:
  state(const http_server& self, http_handler& handler, const server_options& options)
      : options_(options),
        hosts_(options_.allowed_hosts),
        gate_(options_.limits),
        shared_{handler, options_.limits, hosts_, gate_, pulse_, self},
        room_(options_.limits) {
    if (options_.listen.empty())
      throw std::invalid_argument("weft: a server listens on at least one address");
    ended_.rejected.reserve(most_rejection_reasons);  // a connection's end must not allocate
  }

  result<void> open();
  task<> serve();
  void stop() noexcept;
  void announce_stop() noexcept { pulse_.leaving.store(true, std::memory_order_relaxed); }
  bool is_stopping() const noexcept { return pulse_.leaving.load(std::memory_order_relaxed); }
  std::vector<endpoint> addresses() const;
  std::size_t connections() {
    std::lock_guard lock(mutex_);
    return served_.size();
  }
  http_metrics metrics();
  std::string work_of(std::uint32_t task);

private:
  // However serving ends, nobody is left in a backlog that is not looked at any more.
  class stop_at_exit {
  public:
    explicit stop_at_exit(state& server) noexcept : server_(server) {}
    stop_at_exit(const stop_at_exit&) = delete;
    stop_at_exit& operator=(const stop_at_exit&) = delete;
    ~stop_at_exit() { server_.stop(); }

  private:
    state& server_;
  };

  // While this lives a stop cancels the accepting tasks, which then take what is queued and close
  // their listeners; else it closes these itself.
  class acceptors {
  public:
    acceptors(state& server, task_group& tasks) : server_(server) {
      std::lock_guard lock(server_.mutex_);
      server_.accepting_ = &tasks;
      if (server_.pulse_.stopping.load(std::memory_order_relaxed)) tasks.cancel();
    }
    acceptors(const acceptors&) = delete;
    acceptors& operator=(const acceptors&) = delete;
    ~acceptors() {
      std::lock_guard lock(server_.mutex_);
      server_.accepting_ = nullptr;
    }

  private:
    state& server_;
  };

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

  /// Until the server stops, or is cancelled; then it closes the listener.
  task<> accept_from(http::reception& from, task_group& connections);
  task<> serve_one(http::arrival arrived);
  task<> sweep();
  task<> drain(task_group& connections);

  const server_options options_;
  const http::host_list hosts_;
  http::admission gate_;
  http::server_pulse pulse_;
  const http::serving shared_;
  http::room room_;
  std::vector<std::unique_ptr<http::reception>> receptions_;  // one a listener
  mutable std::mutex mutex_;  // for the next three, and for opening and closing listeners
  task_group* accepting_ = nullptr;
  std::list<http::connection*> served_;
  http_metrics ended_;  // what the connections counted that have ended
};

result<void> http_server::state::open() {
  const listen_options how{options_.limits.max_backlog, options_.socket_mode};
  std::vector<int> inherited;
  for (const listen_address& at : options_.listen) {
    // Two listeners of one descriptor would both close it.
    if (at.descriptor && std::ranges::count(inherited, *at.descriptor) != 0)
      return make_error_code(std::errc::address_in_use);
    if (at.descriptor) inherited.push_back(*at.descriptor);
    auto opened = tcp_listener::open(at, how);
    if (!opened) return opened.error();
    auto receiving = std::make_unique<http::reception>(std::move(*opened), options_.limits, room_);
    std::lock_guard lock(mutex_);
    receptions_.push_back(std::move(receiving));
  }
  return {};
}

std::vector<endpoint> http_server::state::addresses() const {
  std::lock_guard lock(mutex_);
  std::vector<endpoint> all;
  for (const auto& r : receptions_) all.push_back(r->local());
  return all;
}

task<> http_server::state::serve() {
  const stop_at_exit ending(*this);
  pulse_.now.store(scheduler::current().now().time_since_epoch().count());
  task_group sweeping;
  task_group connections;
  // All frames that the end needs are made now: where memory has run out it must come all the same.
  task_group accepting;
  auto accepted = accepting.join();
  auto draining = drain(connections);
  auto served = connections.join();
  auto swept = sweeping.join();
  std::optional<acceptors> known(std::in_place, *this, accepting);
  std::exception_ptr failure;
  try {
    sweeping.go(sweep());
    for (const auto& r : receptions_) accepting.go(accept_from(*r, connections));
  } catch (...) {
    failure = std::current_exception();
    stop();
  }
  co_await std::move(accepted);
  known.reset();
  stop();
  co_await std::move(draining);
  connections.cancel();
  co_await std::move(served);
  sweeping.cancel();
  co_await std::move(swept);
  if (failure) std::rethrow_exception(failure);
}

// An allocation that fails costs the newcomer its connection, and nobody else anything.
task<> http_server::state::accept_from(http::reception& from, task_group& connections) {
  bool has_ended = false;
  while (!has_ended) {
    bool has_failed = false;
    try {
      auto arrived = co_await from.next();
      has_ended = !arrived;
      if (arrived) connections.deal(serve_one(std::move(*arrived)));
    } catch (const std::exception& e) {
      has_failed = true;
      has_ended = cancel_requested();
      from.note_pause(e.what());
    }
    if (!has_failed) continue;
    bool has_slept = true;
    try {
      co_await sleep(accept_pause);
    } catch (const std::bad_alloc&) {
      has_slept = false;
    }
    if (!has_slept) co_await yield();
  }
  from.close();
}

http_metrics http_server::state::metrics() {
  std::lock_guard lock(mutex_);
  http_metrics sum = ended_;
  sum.open_connections = served_.size();
  for (const http::connection* c : served_) c->tally().add_to(sum);
  for (const auto& r : receptions_) r->add_to(sum);
  gate_.add_to(sum);
  return sum;
}

std::string http_server::state::work_of(std::uint32_t task) {
  std::lock_guard lock(mutex_);
  for (http::connection* c : served_) {
    if (const auto work = c->work_of(task)) return std::string(work->view());
  }
  return {};
}

task<> http_server::state::serve_one(http::arrival arrived) {
  // Given back before the task has ended: its parameters may outlive the server.
  const http::room::place place = std::move(arrived.place);
  // An exception must not reach the group: it would cancel all other connections.
  try {
    http::connection c(std::move(arrived.stream), shared_);
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
  const time_point begin = scheduler::current().now();
  const time_point last = begin + options_.limits.drain_timeout;
  const time_point patient_until = begin + options_.limits.idle_grace;
  while (connections.live() != 0 && !cancel_requested() && scheduler::current().now() < last) {
    if (scheduler::current().now() >= patient_until) {
      pulse_.ending_idle.store(true, std::memory_order_relaxed);
      for_each_connection([](http::connection& c) { c.end_if_idle(); });
    }
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
  announce_stop();
  pulse_.stopping.store(true, std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  if (accepting_ != nullptr) return accepting_->cancel();
  for (const auto& r : receptions_) r->close();
}

http_server::http_server(http_handler& handler, const server_options& options)
    : state_(std::make_unique<state>(*this, handler, options)) {}
http_server::~http_server() = default;

result<void> http_server::open() { return state_->open(); }
std::vector<endpoint> http_server::addresses() const { return state_->addresses(); }
endpoint http_server::local() const {
  const auto all = state_->addresses();
  return all.empty() ? endpoint{} : all.front();
}
task<> http_server::serve() {
  try {
    return state_->serve();
  } catch (const std::bad_alloc&) {  // for its frame
    state_->stop();
    throw;
  }
}
void http_server::stop() noexcept { state_->stop(); }
void http_server::announce_stop() noexcept { state_->announce_stop(); }
bool http_server::is_stopping() const noexcept { return state_->is_stopping(); }
std::size_t http_server::connections() const noexcept { return state_->connections(); }
std::string http_server::work_of(std::uint32_t task) const { return state_->work_of(task); }
http_metrics http_server::metrics() const { return state_->metrics(); }

}  // namespace weft
