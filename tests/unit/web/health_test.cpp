#include "unit/http/running_server.hpp"
#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

weft::task<bool> is_there() { co_return true; }

}  // namespace

TEST_CASE("a server without checks is live and ready") {
  weft::app app;
  weft::add_health(app);
  client web(app);
  for (const auto& [path, body] : {std::pair("/livez", R"({"status":"live"})"),
                                   std::pair("/readyz", R"({"status":"ready"})")}) {
    const auto well = web.get(path);
    CHECK(well.status == 200);
    CHECK(well.body == body);
    CHECK(well.content_type == "application/json");
    CHECK(well.header("Cache-Control") == "no-store");
  }
}

TEST_CASE("ready is who has all that it needs; live is who answers") {
  auto there = std::make_shared<std::atomic<bool>>(true);
  weft::app app;
  // [health]
  const auto ping_database = [there]() -> weft::task<bool> { co_return there->load(); };
  weft::add_health(app, {.checks = {{"database", ping_database, 500ms}, {"queue", is_there}}});
  // [/health]
  client web(app);
  CHECK(web.get("/readyz").body == R"({"status":"ready"})");
  *there = false;
  const auto not_ready = web.get("/readyz");
  CHECK(not_ready.status == 503);
  CHECK(not_ready.body == R"({"status":"not ready","failing":["database"]})");
  CHECK(web.get("/livez").status == 200);
}

TEST_CASE("a check that throws or does not end says no, and not why") {
  weft::app app;
  auto ended = std::make_shared<std::atomic<int>>(0);
  weft::health_options options;
  options.ready_path = "/ready";
  options.checks.push_back({"throws", []() -> weft::task<bool> {
                              throw std::runtime_error("password=secret");
                              co_return true;
                            }});
  options.checks.push_back({"waits",
                            [ended]() -> weft::task<bool> {
                              (void)co_await weft::sleep(1h);
                              ++*ended;
                              co_return true;
                            },
                            20ms});
  options.checks.push_back({"well", is_there});
  weft::add_health(app, options);
  client web(app);
  const auto answer = web.get("/ready");
  CHECK(answer.status == 503);
  CHECK(answer.body == R"({"status":"not ready","failing":["throws","waits"]})");
  CHECK(*ended == 1);  // cancelled, not left behind
}

weft::task<> ask(weft::test::running_server& server, std::vector<weft::tcp_stream>& asking,
                 std::size_t count) {
  for (; count != 0; --count) {
    auto stream = co_await server.connect();
    co_await weft::test::write(stream, weft::test::get("/readyz", weft::test::last));
    asking.push_back(std::move(stream));
  }
}

TEST_CASE("those who ask while checks run share the next round") {
  weft::test::under_each_model([]() -> weft::task<> {
    auto rounds = std::make_shared<std::atomic<int>>(0);
    auto held = std::make_shared<weft::event>();
    weft::app app;
    weft::add_health(app, {.checks = {{"slow",
                                       [rounds, held]() -> weft::task<bool> {
                                         ++*rounds;
                                         const auto waited = co_await held->wait();
                                         co_return waited.has_value();
                                       },
                                       1h}}});
    weft::test::running_server server(weft::test::on_a_free_port(), &app);
    server.start();
    std::vector<weft::tcp_stream> asking;
    co_await ask(server, asking, 1);
    while (*rounds == 0) (void)co_await weft::sleep(1ms);
    co_await ask(server, asking, 8);
    while (server.server().metrics().requests < 9) (void)co_await weft::sleep(1ms);
    CHECK(*rounds == 1);
    held->set();
    for (auto& stream : asking) {
      const auto answer = co_await weft::test::read_to_end(stream);
      CHECK_THAT(answer, EndsWith(R"({"status":"ready"})"));
    }
    CHECK(*rounds <= 3);  // one of the eight may come while the second round is on its way
    co_await server.stop();
  });
}

TEST_CASE("once a stop is announced it is live, not ready, and answers as before") {
  weft::test::under_each_model([]() -> weft::task<> {
    weft::app app;
    weft::add_health(app);
    app.get("/x", [] { return "x"; });
    weft::test::running_server server(weft::test::on_a_free_port(), &app);
    server.start();
    const auto before =
        co_await weft::test::exchange(server, weft::test::get("/readyz", weft::test::last));
    CHECK_THAT(before, EndsWith(R"({"status":"ready"})"));
    CHECK_FALSE(server.server().is_stopping());
    server.server().announce_stop();
    CHECK(server.server().is_stopping());
    const auto ready =
        co_await weft::test::exchange(server, weft::test::get("/readyz", weft::test::last));
    CHECK_THAT(ready, StartsWith("HTTP/1.1 503 "));
    CHECK_THAT(ready, EndsWith(R"({"status":"stopping"})"));
    const auto live =
        co_await weft::test::exchange(server, weft::test::get("/livez", weft::test::last));
    CHECK_THAT(live, StartsWith("HTTP/1.1 200 "));
    const auto other =
        co_await weft::test::exchange(server, weft::test::get("/x", weft::test::last));
    CHECK_THAT(other, EndsWith("\r\n\r\nx"));
    co_await server.stop();
    CHECK(server.server().is_stopping());
  });
}

TEST_CASE("checks without a name, or two of one name, are refused") {
  for (const auto& checks : {std::vector<weft::health_check>{{"", is_there}},
                             std::vector<weft::health_check>{{"a", nullptr}},
                             std::vector<weft::health_check>{{"a", is_there}, {"a", is_there}}}) {
    weft::app app;
    weft::health_options options;
    options.checks = checks;
    CHECK_THROWS_AS(weft::add_health(app, options), std::invalid_argument);
  }
}
