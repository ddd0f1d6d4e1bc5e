#include "unit/http/running_server.hpp"
#include "unit/web/support/client.hpp"
#include "web/request_counts.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <limits>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::detail::request_counts;

namespace {

/// Each line is a comment or a sample, as the text format has it.
void check_format(const std::string& text) {
  static const std::regex line_form(
      R"re(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="([^"\\\n]|\\["\\n])*",?)+\})? [0-9.e+-]+)re");
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    INFO("line " << line);
    CHECK(std::regex_match(line, line_form));
  }
  CHECK(text.ends_with('\n'));
}

}  // namespace

TEST_CASE("a request is counted by method, route, status and time") {
  request_counts counts({0.001, 0.01});
  counts.count(weft::http_method::get, "/items/{id}", weft::http_status::ok, 500us);
  counts.count(weft::http_method::get, "/items/{id}", weft::http_status::ok, 1ms);
  counts.count(weft::http_method::get, "/items/{id}", weft::http_status::not_found, 2ms);
  counts.count(weft::http_method::get, "/items/{id}", weft::http_status::ok, 2s);
  std::string text;
  counts.write(text);
  CHECK(text ==
        R"(# HELP http_requests_total Requests that were answered.
# TYPE http_requests_total counter
http_requests_total{method="GET",route="/items/{id}",status="200"} 3
http_requests_total{method="GET",route="/items/{id}",status="404"} 1
# HELP http_request_duration_seconds Time until the answer was made.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{method="GET",route="/items/{id}",le="0.001"} 2
http_request_duration_seconds_bucket{method="GET",route="/items/{id}",le="0.01"} 3
http_request_duration_seconds_bucket{method="GET",route="/items/{id}",le="+Inf"} 4
http_request_duration_seconds_sum{method="GET",route="/items/{id}"} 2.0035
http_request_duration_seconds_count{method="GET",route="/items/{id}"} 4
)");
}

TEST_CASE("threads that count together lose nothing") {
  request_counts counts({1});
  std::vector<std::thread> all;
  for (int t = 0; t < 4; ++t)
    all.emplace_back([&] {
      for (int i = 0; i < 1000; ++i)
        counts.count(weft::http_method::get, i % 2 == 0 ? "/a" : "/b", weft::http_status::ok, 1ms);
    });
  for (auto& one : all) one.join();
  std::string text;
  counts.write(text);
  CHECK_THAT(text, ContainsSubstring(R"({method="GET",route="/a",status="200"} 2000)"));
  CHECK_THAT(text, ContainsSubstring(R"(_count{method="GET",route="/b"} 2000)"));
}

TEST_CASE("labels are escaped") {
  std::string labels;
  weft::detail::append_label(labels, "a", "x\"y\\z\n");
  weft::detail::append_label(labels, "b", "");
  CHECK(labels == R"(a="x\"y\\z\n",b="")");
}

TEST_CASE("what clients send makes no series of its own") {
  weft::app app;
  weft::prometheus metrics;
  app.use(metrics.layer());
  app.get("/items/{id}", [](weft::path<std::string>) { return ""; });
  app.get("/metrics", metrics.page());
  client web(app);
  for (int i = 0; i < 10; ++i) {
    const auto n = std::to_string(i);
    web.get("/items/" + n);
    web.get("/nowhere" + n);
    web.ask("METHOD" + n, "/items/7");
    web.ask("METHOD" + n, "/nowhere");
  }
  const auto page = web.get("/metrics");
  check_format(page.body);
  CHECK(weft::test::count(page.body, "_sum{") == 3);
  CHECK_THAT(page.body, ContainsSubstring(R"({method="GET",route="/items/{id}",status="200"} 10)"));
  CHECK_THAT(page.body, ContainsSubstring(R"({method="GET",route="",status="404"} 10)"));
  CHECK_THAT(page.body, ContainsSubstring(R"({method="other",route="",status="405"} 10)"));
  CHECK_THAT(page.body, ContainsSubstring(R"({method="other",route="",status="501"} 10)"));
}

TEST_CASE("the page has what server and scheduler count, and lines of one's own") {
  weft::test::under_each_model([]() -> weft::task<> {
    weft::app app;
    // [prometheus]
    weft::prometheus metrics;
    metrics.add([](std::string& out) { out += "orders_open 7\n"; });
    app.use(metrics.layer());
    app.get("/metrics", metrics.page()).never_shed();
    // [/prometheus]
    app.post("/x", [](weft::body) { return ""; }).limit_body(1);
    weft::test::running_server server(weft::test::on_a_free_port(), &app);
    server.start();
    co_await weft::test::exchange(server,
                                  "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
    while (server.server().connections() != 0) co_await weft::yield();
    const auto answer =
        co_await weft::test::exchange(server, weft::test::get("/metrics", weft::test::last));
    CHECK_THAT(answer, ContainsSubstring("Content-Type: text/plain; version=0.0.4; charset=utf-8"));
    check_format(answer.substr(answer.find("\r\n\r\n") + 4));
    for (const std::string line :
         {"\nhttp_connections_total 2\n", "\nhttp_rejected_total{reason=\"body_too_large\"} 1\n",
          "\nhttp_connections 1\n", "\norders_open 7\n", "\nweft_workers "}) {
      CHECK_THAT(answer, ContainsSubstring(line));
    }
    co_await server.stop();
  });
}

TEST_CASE("bounds that are none are refused") {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  for (const auto& bounds :
       std::vector<std::vector<double>>{{}, {1, 1}, {2, 1}, {1, infinite}, {none}, {1, none, 2}}) {
    CHECK_THROWS_AS(weft::prometheus(bounds), std::invalid_argument);
  }
}
