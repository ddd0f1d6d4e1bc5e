#include "unit/http/running_server.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <memory>
#include <string>

// What docs/sse.md shows, region by region, asked over a socket.

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;

namespace {

// [weather]
struct weather {
  std::string place;
  double degrees = 0;
};
BOOST_DESCRIBE_STRUCT(weather, (), (place, degrees))
// [/weather]

void add_ticker(weft::app& app) {
  // [ticker]
  app.get("/ticks", [](weft::last_event_id<int> last) {
    return weft::sse([n = last->value_or(0)](weft::sse_writer& events) mutable -> weft::task<> {
      for (;;) {
        const auto tick = weft::sse_event("tick").id(std::to_string(++n));
        const auto sent = co_await events.send(tick);
        if (!sent) co_return;  // the client has gone
        const std::error_code stopped = co_await weft::sleep(10ms);
        if (stopped) co_return;
      }
    });
  });
  // [/ticker]
}

void add_news(weft::app& app) {
  // [channel]
  app.get("/weather", [](weft::state<weft::channel<weather>> reports) {
    return weft::sse(
        [reports](weft::sse_writer& events) -> weft::task<> {
          while (auto report = co_await reports->recv()) {
            const auto one = weft::sse_event::json(*report).event("weather").retry(10s);
            const auto sent = co_await events.send(one);
            if (!sent) co_return;
          }
        },
        {.heartbeat = 30s});
  });
  // [/channel]
}

TEST_CASE("the guide's events are streamed") {
  under_each_model([]() -> weft::task<> {
    auto reports = std::make_shared<weft::channel<weather>>(2);
    weft::app app;
    app.state(reports);
    add_ticker(app);
    add_news(app);
    running_server server(on_a_free_port(), &app);
    server.start();
    auto ticks = co_await server.connect();
    co_await write(ticks, get("/ticks", "Last-Event-ID: 6\r\n"));
    const auto seen = co_await read_until(ticks, "id: 8\ndata: tick\n\n\r\n");
    CHECK_THAT(seen, ContainsSubstring("\r\nid: 7\ndata: tick\n\n\r\n"));
    const weather report{"Bern", 3.5};
    co_await reports->send(report);
    reports->close();
    const auto news = co_await exchange(server, get("/weather", last));
    CHECK_THAT(news, EndsWith("event: weather\nretry: 10000\n"
                              "data: {\"place\":\"Bern\",\"degrees\":3.5}\n\n\r\n0\r\n\r\n"));
    server.server().stop();
    const auto rest = co_await read_to_end(ticks);
    CHECK_THAT(rest, EndsWith("0\r\n\r\n"));
    hang_up(ticks);
    co_await server.ended();
  });
}

}  // namespace
