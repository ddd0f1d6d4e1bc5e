// How a run goes: connect everything, ask one reference answer of each kind, warm up, measure,
// drain.
//
// A run with a count opens its window when nothing is owed and closes it at the last answer, so
// that a clump of slow answers at an edge cannot shift the rate; a timed run goes from the warm-up
// into the window without a break.
//
// A connection is known by its index, which is also its epoll key; only the handling of its own
// event closes or reopens it, so an event of a batch never meets another connection's socket.
// owed_ is the sum of all connections' owed answers. In the open loop a connection is either in
// free_, or it owes an answer, or it was given up.

#include "load_loop.hpp"

#include "endpoint.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

namespace lab {
namespace {

using std::chrono::duration_cast;
using std::chrono::nanoseconds;
using state = client_connection::state;

constexpr nanoseconds patience_at_start = std::chrono::seconds(5);
constexpr int most_failures_in_row = 10;

nanoseconds from_seconds(double seconds) {
  return nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

std::string write_request(const request_kind& kind, const load_plan& plan) {
  std::string text = kind.method + " " + kind.path + " HTTP/1.1\r\nHost: " + plan.target + "\r\n";
  if (!plan.keep_alive) text += "Connection: close\r\n";
  if (!kind.body.empty() || kind.method != "GET") {
    text +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(kind.body.size()) +
        "\r\n";
  }
  return text + "\r\n" + kind.body;
}

double sum_of_weights(const load_plan& plan) {
  double sum = 0;
  for (const request_kind& kind : plan.kinds) sum += kind.weight;
  return sum;
}

std::vector<double> rates_of(const load_plan& plan) {
  const double rate = plan.loop() == loop_kind::open ? plan.rate : 1;
  std::vector<double> rates;
  for (const request_kind& kind : plan.kinds) {
    rates.push_back(rate * kind.weight / sum_of_weights(plan));
  }
  return rates;
}

}  // namespace

load_loop::load_loop(const load_plan& plan)
    : plan_(plan),
      peer_(resolve_endpoint(plan.target, plan.allow_remote)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      busy_connections_(static_cast<std::size_t>(plan.connections)),
      connections_(busy_connections_ + static_cast<std::size_t>(plan.idle_connections)),
      checks_(plan.kinds.size()),
      schedule_(rates_of(plan), plan.arrivals, plan.seed),
      random_(plan.seed),
      buffer_(256 * 1024),
      tally_(plan_),
      window_(plan.watched_pid) {
  double reached = 0;
  for (const request_kind& kind : plan_.kinds) {
    reached += kind.weight;
    cumulative_weights_.push_back(reached / sum_of_weights(plan_));
    requests_.push_back(write_request(kind, plan_));
  }
}

load_loop::~load_loop() { ::close(epoll_); }

load_result load_loop::run() {
  now_ = load_clock::now();
  connect_all();
  ask_references();
  ask_idle_connections();
  warm_up();
  measure();
  drain();
  ask_idle_connections();

  std::vector<std::uint64_t> body_bytes;
  for (const body_check& check : checks_) body_bytes.push_back(check.reference().size());
  return tally_.result(window_, body_bytes);
}

void load_loop::connect_all() {
  // In small groups: a listener's queue is short, and an overflow costs a second of retry.
  constexpr std::size_t group = 64;
  const std::size_t all = plan_.keep_alive ? connections_.size() : 0;
  for (std::size_t begin = 0; begin < all; begin += group) {
    const std::size_t end = std::min(begin + group, all);
    for (std::size_t i = begin; i < end; ++i) open(i);
    pump(patience_at_start, [&] {
      return std::none_of(&connections_[begin], &connections_[begin] + (end - begin),
                          [](const auto& c) { return c.now() == state::connecting; });
    });
    if (connections_[begin].now() != state::open) {
      throw std::runtime_error("nothing answers at " + plan_.target);
    }
  }
  for (std::size_t i = 0; i < busy_connections_; ++i) free_.push_back(i);
}

void load_loop::ask_references() {
  for (std::size_t kind = 0; kind < plan_.kinds.size(); ++kind) {
    const std::uint64_t errors_before = tally_.errors.sum();
    ask(0, kind, now_);
    pump(patience_at_start, [&] { return checks_[kind].has_reference() || owed_ == 0; });
    if (!checks_[kind].has_reference() || tally_.errors.sum() > errors_before) {
      throw std::runtime_error("no good answer to " + plan_.kinds[kind].method + " " +
                               plan_.kinds[kind].path + " at " + plan_.target);
    }
  }
}

void load_loop::ask_idle_connections() {
  for (std::size_t i = busy_connections_; i < connections_.size(); ++i) {
    ++tally_.idle_asked;
    if (connections_[i].now() == state::open) ask(i, 0, now_);
  }
  pump(patience_at_start, [&] { return owed_ == 0; });
}

void load_loop::warm_up() {
  phase_ = phase::warming_up;
  schedule_start_ = now_;
  const time_point end = now_ + from_seconds(plan_.warm_up_seconds);
  if (plan_.count == 0) tally_.open_window(end, end + from_seconds(plan_.seconds));
  top_up_all();
  pump(end - now_, [] { return false; });
  if (plan_.count == 0) return;
  phase_ = phase::settling;
  pump(from_seconds(max_drain_seconds), [&] { return owed_ == 0; });
}

void load_loop::measure() {
  phase_ = phase::measuring;
  left_to_ask_ = plan_.count;
  window_.begin();
  if (plan_.count == 0) {
    pump(tally_.window_end() - now_, [] { return false; });
  } else {
    now_ = load_clock::now();
    const double left = max_run_seconds - max_drain_seconds - plan_.warm_up_seconds;
    tally_.open_window(now_, time_point::max());
    top_up_all();
    pump(from_seconds(left), [&] { return owed_ == 0; });
    tally_.close_window(now_);
  }
  window_.end();
}

void load_loop::drain() {
  phase_ = phase::draining;
  pump(from_seconds(max_drain_seconds), [&] { return owed_ == 0 && waiting_.empty(); });
  tally_.errors.unanswered += owed_ + waiting_.size();
  waiting_.clear();
  for (client_connection& connection : connections_) {
    if (connection.owed().empty()) continue;
    owed_ -= connection.owed().size();
    connection.close();
  }
}

template <class Done>
void load_loop::pump(nanoseconds patience, Done done) {
  const time_point until = now_ + patience;
  while (!done() && now_ < until) {
    send_due();
    wait(until);
  }
}

void load_loop::wait(time_point until) {
  time_point wake = until;
  if (plan_.loop() == loop_kind::open && is_sending()) {
    wake = std::min(wake, schedule_start_ + schedule_.next().at);
  }
  const auto left = std::max(nanoseconds(0), duration_cast<nanoseconds>(wake - load_clock::now()));
  constexpr std::int64_t second = 1'000'000'000;
  const timespec timeout{static_cast<time_t>(left.count() / second),
                         static_cast<long>(left.count() % second)};

  std::array<epoll_event, 256> events;
  const int ready =
      ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  now_ = load_clock::now();
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    on_ready(event.data.u32, event.events);
  }
}

void load_loop::on_ready(std::size_t index, std::uint32_t events) {
  client_connection& connection = connections_[index];
  if (connection.now() == state::connecting) {
    if (!connection.finish_connect()) return fail(index, tally_.errors.connect);
    return send_now(index);
  }
  if ((events & EPOLLOUT) != 0) send_now(index);
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_replies(index);
}

void load_loop::read_replies(std::size_t index) {
  client_connection& connection = connections_[index];
  if (connection.now() != state::open) return;
  const ssize_t got = ::recv(connection.fd(), buffer_.data(), buffer_.size(), 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return fail(index, tally_.errors.closed);
  now_ = load_clock::now();
  if (!take_replies(connection, {buffer_.data(), static_cast<std::size_t>(got)})) {
    return fail(index, tally_.errors.framing);
  }
  go_on(index);
}

// Returns false when the bytes are no answer to what was asked.
bool load_loop::take_replies(client_connection& connection, std::string_view bytes) {
  using event = http_reply_reader::event;
  while (!connection.owed().empty()) {
    switch (connection.reader().next(bytes)) {
      case event::need_more: return true;
      case event::error: return false;
      case event::body: check_body(connection); break;
      case event::done: finish_reply(connection); break;
    }
    if (connection.reader().is_last()) break;
  }
  return bytes.empty();
}

void load_loop::check_body(client_connection& connection) {
  const http_reply_reader& reader = connection.reader();
  owed_reply& reply = connection.owed().front();
  const bool same = checks_[reply.kind].accept(reader.body_offset(), reader.body_piece());
  if (!same && plan_.compare_bodies) reply.body_differs = true;
}

void load_loop::finish_reply(client_connection& connection) {
  const owed_reply reply = connection.owed().front();
  connection.owed().pop_front();
  --owed_;
  connection.failures_in_row = 0;

  body_check& check = checks_[reply.kind];
  check.close_reference();
  const bool same_size = connection.reader().body_size() == check.reference().size();
  if (connection.reader().status() != plan_.kinds[reply.kind].expected_status) {
    ++tally_.errors.status;
  } else if (reply.body_differs || (plan_.compare_bodies && !same_size)) {
    ++tally_.errors.body;
  } else if (phase_ != phase::preparing) {
    tally_.add_reply(reply, now_);
  }
}

// What follows once a connection's answers were read.
void load_loop::go_on(std::size_t index) {
  client_connection& connection = connections_[index];
  if (is_spare(index)) {
    tally_.idle_answered += connection.owed().empty() ? 1 : 0;
    return;
  }
  if (connection.reader().is_last()) {
    // What was pipelined behind the last answer is asked again on the next connection (RFC 9112
    // 9.3.2); it is no error of the server.
    owed_ -= connection.owed().size();
    if (phase_ == phase::measuring && plan_.count > 0) left_to_ask_ += connection.owed().size();
    connection.close();
  } else if (!plan_.keep_alive && connection.owed().empty()) {
    connection.close();
  }
  if (phase_ == phase::preparing || !connection.owed().empty() ||
      plan_.loop() == loop_kind::closed) {
    return top_up(index);
  }
  if (waiting_.empty()) return free_.push_back(index);
  const owed_reply next = waiting_.front();
  waiting_.pop_front();
  ask(index, next.kind, next.since);
}

void load_loop::fail(std::size_t index, std::uint64_t& counter) {
  client_connection& connection = connections_[index];
  const std::size_t lost = connection.owed().size();
  counter += std::max<std::size_t>(lost, 1);
  owed_ -= lost;
  connection.close();
  if (phase_ == phase::preparing || is_spare(index)) return;
  if (++connection.failures_in_row == most_failures_in_row && ++given_up_ == busy_connections_) {
    throw std::runtime_error(plan_.target + " stopped answering");
  }
  if (connection.failures_in_row >= most_failures_in_row) return;
  if (plan_.loop() == loop_kind::closed) return top_up(index);
  if (lost > 0) free_.push_back(index);
}

void load_loop::open(std::size_t index) {
  client_connection& connection = connections_[index];
  if (!connection.connect(peer_)) return;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.u32 = static_cast<std::uint32_t>(index);
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd(), &event);
  connection.watches_writable = true;
}

void load_loop::ask(std::size_t index, std::size_t kind, time_point since) {
  client_connection& connection = connections_[index];
  if (connection.now() == state::down) open(index);
  if (connection.now() == state::down) {
    ++tally_.errors.connect;
    return;
  }
  connection.ask(requests_[kind], {since, kind});
  ++owed_;
  if (connection.now() == state::open) send_now(index);
}

void load_loop::send_now(std::size_t index) {
  client_connection& connection = connections_[index];
  if (!connection.flush()) return fail(index, tally_.errors.closed);
  if (connection.has_unsent() == connection.watches_writable) return;
  connection.watches_writable = connection.has_unsent();
  epoll_event event{};
  event.events = connection.watches_writable ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u32 = static_cast<std::uint32_t>(index);
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd(), &event);
}

// Closed loop: asks until the pipeline is full.
void load_loop::top_up(std::size_t index) {
  if (plan_.loop() == loop_kind::open || !is_sending()) return;
  client_connection& connection = connections_[index];
  const auto depth = static_cast<std::size_t>(plan_.pipeline);
  if (connection.now() == state::down) open(index);
  if (connection.now() == state::down) {
    ++tally_.errors.connect;
    return;
  }
  for (std::size_t owes = connection.owed().size(); owes < depth; ++owes) {
    if (phase_ == phase::measuring && plan_.count > 0) {
      if (left_to_ask_ == 0) break;
      --left_to_ask_;
    }
    const std::size_t kind = draw_kind();
    connection.ask(requests_[kind], {now_, kind});
    ++owed_;
  }
  if (connection.now() == state::open) send_now(index);
}

void load_loop::top_up_all() {
  for (std::size_t i = 0; i < busy_connections_; ++i) top_up(i);
}

// Open loop: asks for all that is due by now.
void load_loop::send_due() {
  if (plan_.loop() == loop_kind::closed || !is_sending()) return;
  for (;;) {
    const auto [at, kind] = schedule_.next();
    const time_point due = schedule_start_ + at;
    if (due > now_ || due >= tally_.window_end()) return;
    schedule_.take();
    if (tally_.in_window(due)) tally_.add_send_delay(load_clock::now() - due);
    while (!free_.empty() && connections_[free_.front()].failures_in_row >= most_failures_in_row) {
      free_.pop_front();
    }
    if (free_.empty()) {
      ++tally_.waited_for_connection;
      waiting_.push_back({due, kind});
      continue;
    }
    const std::size_t index = free_.front();
    free_.pop_front();
    ask(index, kind, due);
  }
}

std::size_t load_loop::draw_kind() {
  const double drawn = uniform(random_);
  const auto found =
      std::upper_bound(cumulative_weights_.begin(), cumulative_weights_.end(), drawn);
  const auto kind = static_cast<std::size_t>(found - cumulative_weights_.begin());
  return std::min(kind, cumulative_weights_.size() - 1);
}

}  // namespace lab
