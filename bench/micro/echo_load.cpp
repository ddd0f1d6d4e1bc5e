#include "echo_load.hpp"

#include "echo_client.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <random>
#include <vector>

namespace micro {
namespace {

using seconds = std::chrono::duration<double>;

constexpr double warm_up_patience_seconds = 10;

load_clock::time_point after(load_clock::time_point start, double s) {
  return start + std::chrono::duration_cast<load_clock::duration>(seconds(s));
}

double cpu_seconds(pid_t server) {
  clockid_t clock{};
  timespec t{};
  if (server == 0) return 0;
  if (::clock_getcpuclockid(server, &clock) != 0 || ::clock_gettime(clock, &t) != 0) {
    give_up("the server's CPU time");
  }
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double quantile(std::vector<double>& values, double part) {
  if (values.empty()) return 0;
  const auto rank = std::ceil(part * static_cast<double>(values.size()));
  const auto nth =
      values.begin() + std::max(static_cast<std::ptrdiff_t>(rank) - 1, std::ptrdiff_t{0});
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

// @return the round trips until then, in milliseconds
std::vector<double> keep_busy(echo_client& client, load_clock::time_point until) {
  std::vector<double> round_trips;
  for (auto now = load_clock::now(); now < until; now = load_clock::now()) {
    for (const auto& [connection, milliseconds] : client.wait(until)) {
      round_trips.push_back(milliseconds);
      client.send(connection, load_clock::now());
    }
  }
  return round_trips;
}

// Until every connection has been accepted and answered once: that is start-up, and not the
// server's usual latency.
void warm_up(echo_client& client) {
  std::vector<bool> answered(client.size(), false);
  std::size_t missing = client.size();
  const auto patience = after(load_clock::now(), warm_up_patience_seconds);
  while (missing != 0 && load_clock::now() < patience) {
    for (const auto& [connection, milliseconds] : client.wait(patience)) {
      if (!answered[connection]) --missing;
      answered[connection] = true;
      client.send(connection, load_clock::now());
    }
  }
}

// The times of an open loop, and what became of the messages.
class schedule {
public:
  schedule(const load_plan& plan, std::size_t connections)
      : random_(plan.seed), gap_(plan.rate), next_(load_clock::now()) {
    for (std::size_t i = 0; i < connections; ++i) idle_.push_back(i);
    advance();
  }

  load_clock::time_point next() const { return next_; }

  void send_next(echo_client& client) {
    const auto meant_for = next_;
    advance();
    ++sent_;
    late_.push_back(seconds(load_clock::now() - meant_for).count() * 1e3);
    if (idle_.empty()) return;  // never sent, so never answered: dropped
    client.send(idle_.back(), meant_for);
    idle_.pop_back();
  }

  void take(const std::vector<echo_client::answer>& answers) {
    for (const auto& [connection, milliseconds] : answers) {
      if (milliseconds <= patience_ms) answered_.push_back(milliseconds);
      idle_.push_back(connection);
    }
  }

  bool is_waiting(const echo_client& client) const { return idle_.size() < client.size(); }

  std::string report() {
    const std::size_t dropped = sent_ - answered_.size();
    answered_.resize(sent_, patience_ms);  // a dropped one took at least so long
    std::vector<char> line(256);
    std::snprintf(line.data(), line.size(),
                  "{\"sent\": %zu, \"dropped\": %zu, \"p50_ms\": %.3f, \"p99_ms\": %.3f, "
                  "\"max_ms\": %.3f, \"late_send_p99_ms\": %.3f}",
                  sent_, dropped, quantile(answered_, 0.5), quantile(answered_, 0.99),
                  quantile(answered_, 1), quantile(late_, 0.99));
    return line.data();
  }

  static constexpr double patience_ms = 1'000;

private:
  void advance() { next_ = after(next_, gap_(random_)); }

  std::mt19937_64 random_;
  std::exponential_distribution<double> gap_;
  load_clock::time_point next_;
  std::size_t sent_ = 0;
  std::vector<std::size_t> idle_;
  std::vector<double> answered_;
  std::vector<double> late_;
};

}  // namespace

std::string closed_loop(const load_plan& plan) {
  echo_client client(plan);
  for (std::size_t i = 0; i < client.size(); ++i) client.send(i, load_clock::now());
  warm_up(client);
  keep_busy(client, after(load_clock::now(), plan.seconds / 5));
  const double cpu = cpu_seconds(plan.server);
  const auto start = load_clock::now();
  std::vector<double> round_trips = keep_busy(client, after(start, plan.seconds));
  const double took = seconds(load_clock::now() - start).count();
  const double used = cpu_seconds(plan.server) - cpu;
  const auto count = static_cast<double>(round_trips.size());
  std::vector<char> line(256);
  std::snprintf(line.data(), line.size(),
                "{\"round_trips\": %.0f, \"per_second\": %.0f, \"server_cpu_ns\": %.1f, "
                "\"p50_ms\": %.3f, \"p99_ms\": %.3f}",
                count, count / took, used * 1e9 / std::max(count, 1.0), quantile(round_trips, 0.5),
                quantile(round_trips, 0.99));
  return line.data();
}

std::string open_loop(const load_plan& plan) {
  echo_client client(plan);
  schedule times(plan, client.size());
  const auto end = after(load_clock::now(), plan.seconds);
  while (times.next() < end) {
    times.take(client.wait(times.next()));
    while (times.next() <= load_clock::now() && times.next() < end) times.send_next(client);
  }
  const auto last_call = after(end, schedule::patience_ms / 1e3);
  while (load_clock::now() < last_call && times.is_waiting(client)) {
    times.take(client.wait(last_call));
  }
  return times.report();
}

}  // namespace micro
