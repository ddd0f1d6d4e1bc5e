#include <weft/web/prometheus.hpp>

#include "web/request_counts.hpp"

#include <weft/http/exchange.hpp>
#include <weft/http/server.hpp>
#include <weft/runtime/metrics.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/web/route.hpp>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace weft {
namespace {

using detail::append_sample;

template <class Number>
void write_metric(std::string& out, std::string_view name, std::string_view type,
                  std::string_view help, Number value) {
  detail::append_head(out, name, type, help);
  append_sample(out, name, {}, value);
}

void write_counter(std::string& out, std::string_view name, std::string_view help,
                   std::uint64_t value) {
  write_metric(out, name, "counter", help, value);
}

void write_gauge(std::string& out, std::string_view name, std::string_view help,
                 std::uint64_t value) {
  write_metric(out, name, "gauge", help, value);
}

double seconds(duration time) { return std::chrono::duration<double>(time).count(); }

void write_rejections(std::string& out, const http_metrics& seen) {
  detail::append_head(out, "http_rejected_total", "counter",
                      "What the server itself refused or ended.");
  for (const auto& one : seen.rejected) {
    std::string labels;
    detail::append_label(labels, "reason", one.reason);
    append_sample(out, "http_rejected_total", labels, one.count);
  }
}

void write_server(std::string& out, const http_metrics& seen) {
  write_gauge(out, "http_connections", "Connections that are open.", seen.open_connections);
  write_counter(out, "http_connections_total", "Connections that were accepted.",
                seen.accepted_connections);
  write_counter(out, "http_received_bytes_total", "Bytes that were received.", seen.received_bytes);
  write_counter(out, "http_sent_bytes_total", "Bytes that were sent.", seen.sent_bytes);
  write_gauge(out, "http_requests_in_flight", "Requests under way, where they are limited.",
              seen.requests_in_flight);
  write_metric(out, "http_queue_delay_seconds_total", "counter",
               "What requests have waited for their turn, where that is limited.",
               seconds(seen.queue_delay));
  write_rejections(out, seen);
}

void write_scheduler(std::string& out, const scheduler_metrics& seen) {
  const auto all = seen.total();
  write_gauge(out, "weft_workers", "Threads that run tasks.", seen.workers.size());
  write_gauge(out, "weft_queued_tasks", "Tasks that are ready and wait for a worker.",
              all.queued + seen.injected);
  write_counter(out, "weft_slices_total", "Times that a worker gave control to a task.",
                all.slices);
  write_counter(out, "weft_steals_total", "Tasks that workers took from each other.", all.steals);
  write_counter(out, "weft_parks_total", "Times that a worker slept.", all.parks);
  write_counter(out, "weft_gil_switches_total", "Times that the lock went to another thread.",
                seen.gil.switches);
  write_counter(out, "weft_blocking_calls_total", "Calls of blocking().", seen.blocking.calls);
  write_gauge(out, "weft_blocking_queued", "Calls of blocking() that wait for a thread.",
              seen.blocking.queued);
}

std::vector<double> checked(std::vector<double> bounds) {
  const auto not_above = [](double a, double b) { return a >= b; };
  if (bounds.empty() || !std::ranges::all_of(bounds, [](double b) { return std::isfinite(b); }) ||
      std::ranges::adjacent_find(bounds, not_above) != bounds.end())
    throw std::invalid_argument("weft::prometheus: the bounds are numbers in ascending order");
  return bounds;
}

}  // namespace

class prometheus::state {
public:
  explicit state(std::vector<double> bounds) : counts_(checked(std::move(bounds))) {}

  void count(const request& req, const context& ctx, const response& res, duration took) {
    const auto* const route = ctx.route();
    counts_.count(req.method(), route != nullptr ? std::string_view(route->pattern()) : "",
                  res.status(), took);
  }

  void add(std::function<void(std::string& out)> write) {
    const std::scoped_lock lock(mutex_);
    others_.push_back(std::move(write));
  }

  void write(const context& ctx, std::string& out) {
    counts_.write(out);
    const auto* const connection = ctx.request().exchange();
    const http_server* const server = connection != nullptr ? connection->server() : nullptr;
    if (server != nullptr) write_server(out, server->metrics());
    write_scheduler(out, scheduler::current().metrics());
    for (const auto& other : others()) other(out);
  }

private:
  using writers = std::vector<std::function<void(std::string& out)>>;

  // They run without the lock: one may add another.
  writers others() {
    const std::scoped_lock lock(mutex_);
    return others_;
  }

  detail::request_counts counts_;
  std::mutex mutex_;
  writers others_;
};

namespace {

template <class Counts>
class counting_layer {
public:
  explicit counting_layer(std::shared_ptr<Counts> counts) : counts_(std::move(counts)) {}

  task<response> operator()(const request& req, next inner) const {
    const auto begun = scheduler::current().now();
    auto res = co_await inner(req);
    counts_->count(req, inner.context(), res, scheduler::current().now() - begun);
    co_return res;
  }

private:
  std::shared_ptr<Counts> counts_;
};

}  // namespace

prometheus::prometheus(std::vector<double> bounds)
    : state_(std::make_shared<state>(std::move(bounds))) {}

middleware prometheus::layer() const { return counting_layer(state_); }

std::function<void(context&)> prometheus::page() const {
  return [state = state_](context& ctx) {
    std::string text;
    state->write(ctx, text);
    ctx.response().set_content_type("text/plain; version=0.0.4; charset=utf-8");
    ctx.response().set_header("Cache-Control", "no-store");
    ctx.response().body().append(text);
  };
}

void prometheus::add(std::function<void(std::string& out)> write) { state_->add(std::move(write)); }

}  // namespace weft
