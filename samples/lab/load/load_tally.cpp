#include "load_tally.hpp"

namespace lab {
namespace {

constexpr double late_limit_ms = 1.0;
constexpr double busy_limit_cores = 0.8;

double to_ms(std::chrono::nanoseconds value) { return static_cast<double>(value.count()) * 1e-6; }

}  // namespace

load_tally::load_tally(const load_plan& plan)
    : plan_(plan), replies_(plan.kinds.size()), latencies_(plan.kinds.size()) {}

void load_tally::open_window(time_point begin, time_point end) {
  begin_ = begin;
  end_ = end;
}

void load_tally::add_reply(const client_connection::owed_reply& reply, time_point now) {
  if (in_window(reply.since)) latencies_[reply.kind].record(now - reply.since);
  if (!in_window(now)) return;
  ++replies_[reply.kind];
  ++in_window_;
  last_reply_ = now;
}

load_result load_tally::result(const run_window& window,
                               const std::vector<std::uint64_t>& body_bytes) const {
  load_result result;
  result.loop = plan_.loop() == loop_kind::open ? "open" : "closed";
  result.connections = plan_.connections;
  result.pipeline = plan_.pipeline;
  result.keep_alive = plan_.keep_alive;
  result.rate = plan_.rate;
  result.seed = plan_.seed;
  result.measured_seconds = seconds();
  result.replies = in_window_;
  if (in_window_ > 0) result.per_second = static_cast<double>(in_window_) / seconds();
  result.errors = errors;
  result.idle_asked = idle_asked;
  result.idle_answered = idle_answered;
  for (std::size_t kind = 0; kind < plan_.kinds.size(); ++kind) {
    result.kinds.push_back(result_of(kind));
    result.kinds.back().body_bytes = body_bytes[kind];
  }
  result.generator = health(window);
  result.server = window.server(in_window_);
  result.machine = window.machine();
  return result;
}

// A counted run ends with its last answer, a timed one when its time is over.
double load_tally::seconds() const {
  const time_point end = plan_.count > 0 ? last_reply_ : end_;
  return std::chrono::duration<double>(end - begin_).count();
}

kind_result load_tally::result_of(std::size_t kind) const {
  kind_result result;
  result.name = plan_.kinds[kind].name;
  result.request = plan_.kinds[kind].method + " " + plan_.kinds[kind].path;
  result.replies = replies_[kind];
  if (replies_[kind] > 0) result.per_second = static_cast<double>(replies_[kind]) / seconds();
  result.latency = latencies_[kind];
  return result;
}

generator_health load_tally::health(const run_window& window) const {
  generator_health health;
  health.late_p50_ms = to_ms(late_.percentile(50));
  health.late_p99_ms = to_ms(late_.percentile(99));
  health.cores = window.generator_cores();
  health.waited_for_connection = waited_for_connection;
  if (health.late_p99_ms > late_limit_ms) {
    health.limit_reason = "requests were sent late";
  } else if (health.cores > busy_limit_cores) {
    health.limit_reason = "its core was over 80 % busy";
  }
  health.limited = !health.limit_reason.empty();
  return health;
}

}  // namespace lab
