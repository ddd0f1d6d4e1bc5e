#include "unit/http/running_server.hpp"

#include <weft/http/metrics.hpp>
#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <string>

// What docs/overload.md shows, region by region, asked over a socket.

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

weft::run_options with_limits() {
  // [limits]
  weft::run_options options;
  options.limits.max_queue_delay = 20ms;         // for handlers that compute
  options.limits.max_requests_in_flight = 2000;  // for handlers that wait
  // [/limits]
  return options;
}

void add_health(weft::app& app) {
  // [health]
  app.get("/health", [] { return "alive"; }).never_shed();
  // [/health]
}

std::uint64_t sum_of(const weft::http_server& server) {
  std::uint64_t sum = 0;
  const auto tell = [&sum](auto value) { sum += static_cast<std::uint64_t>(value); };
  const weft::http_metrics seen = server.metrics();
  tell(seen.rejected_for(weft::rejection_reasons::queue_delay));
  tell(seen.rejected_for(weft::rejection_reasons::requests_in_flight));
  return sum;
}

void read_metrics(const weft::http_server& server) {
  // [metrics]
  const weft::http_metrics seen = server.metrics();
  const auto late = seen.rejected_for(weft::rejection_reasons::queue_delay);
  const auto too_many = seen.rejected_for(weft::rejection_reasons::requests_in_flight);
  const auto now = seen.requests_in_flight;
  const auto all_waits = seen.queue_delay;  // of all requests together, shed ones too
  const auto longest = seen.longest_queue_delay;
  // [/metrics]
  CHECK(late + too_many == sum_of(server));
  CHECK(now == 0);
  CHECK(longest <= all_waits);
}

}  // namespace

TEST_CASE("the guide's limits shed, and its health route does not") {
  CHECK(with_limits().limits.max_queue_delay == 20ms);
  under_each_model([]() -> weft::task<> {
    weft::app app;
    add_health(app);
    app.get("/", [] { return "busy"; });
    auto options = on_a_free_port();
    options.limits = with_limits().limits;
    options.limits.max_requests_in_flight = 0;
    options.limits.max_queue_delay = 0ns;
    options.limits.idle_grace = 0ns;
    running_server server(options, &app);
    server.start();
    const auto healthy = co_await exchange(server, get("/health", last));
    CHECK_THAT(healthy, StartsWith("HTTP/1.1 200 "));
    CHECK_THAT(healthy, EndsWith("alive"));
    const auto other = co_await exchange(server, get("/", last));
    CHECK_THAT(other, StartsWith("HTTP/1.1 503 "));
    read_metrics(server.server());
    CHECK(sum_of(server.server()) == 1);
    co_await server.stop();
  });
}

TEST_CASE("a route that is never shed takes no place among the requests in flight") {
  under_each_model([]() -> weft::task<> {
    weft::event let_go;
    weft::app app;
    app.get("/events",
            [&let_go]() -> weft::task<std::string> {
              const auto waited = co_await let_go.wait();
              co_return waited ? "news" : "none";
            })
        .never_shed();
    app.get("/", [] { return "busy"; });
    auto options = on_a_free_port();
    options.limits.max_requests_in_flight = 1;
    running_server server(options, &app);
    server.start();
    auto events = weft::go(exchange(server, get("/events", last)));
    for (int i = 0; i < 1000 && server.server().metrics().requests != 1; ++i)
      co_await weft::sleep(1ms);
    for (int i = 0; i < 1000 && server.server().metrics().requests_in_flight != 0; ++i)
      co_await weft::sleep(1ms);
    const auto other = co_await exchange(server, get("/", last));
    CHECK_THAT(other, EndsWith("busy"));
    let_go.set();
    const auto news = co_await events.join();
    CHECK_THAT(news, EndsWith("news"));
    co_await server.stop();
  });
}
