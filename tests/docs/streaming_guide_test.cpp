#include "unit/http/running_server.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

// What docs/streaming.md shows, region by region, asked over a socket.

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

void add_upload(weft::app& app) {
  // [upload]
  app.put("/files/{name}",
          [](weft::path<std::string> name, weft::body_stream body) -> weft::task<std::string> {
            std::uint64_t bytes = 0;
            while (auto piece = co_await body.read()) bytes += piece->size();
            if (!body.complete()) co_return "forget it";  // nobody sees this, but you clean up here
            co_return *name + ": " + std::to_string(bytes) + " bytes";
          })
      .limit_body(std::uint64_t{10} << 30);
  // [/upload]
}

void add_rows(weft::app& app) {
  // [rows]
  app.get("/rows/{count}", [](weft::path<int> count) {
    return weft::stream(
        [last = *count](weft::body_writer& out) -> weft::task<> {
          for (int row = 1; row <= last; ++row) {
            const auto sent = co_await out.write(std::to_string(row) + "\n");
            if (!sent) co_return;  // the peer has gone
          }
        },
        "text/csv");
  });
  // [/rows]
}

void add_events(weft::app& app) {
  // [events]
  app.get("/events", [](weft::state<weft::channel<std::string>> news) {
    return weft::stream(
        [news](weft::body_writer& out) -> weft::task<> {
          (void)co_await out.flush();  // the head goes out before there is any news
          while (auto event = co_await news->recv()) {
            const auto sent = co_await out.write("data: " + *event + "\n\n");
            if (!sent) co_return;
          }
        },
        "text/event-stream");
  });
  // [/events]
}

void add_echo(weft::app& app) {
  // [echo]
  app.post("/echo", [](weft::body_stream body) -> weft::task<weft::stream> {
    co_return weft::stream(
        [body = std::move(body)](weft::body_writer& out) mutable -> weft::task<> {
          while (auto piece = co_await body.read()) {
            const auto sent = co_await out.write(*piece);
            if (!sent) co_return;
          }
          out.add_trailer("X-Complete", body.complete() ? "yes" : "no");
        },
        "application/octet-stream");
  });
  // [/echo]
}

void add_limits(weft::app& app) {
  // [limits]
  app.post("/import", [](weft::body text) { return std::to_string(text->size()); })
      .limit_body(64 << 20)  // bytes; others keep max_body_bytes
      .limit_time(2min);     // others keep handler_timeout
  // [/limits]
}

std::string put(const std::string& target, const std::string& body) {
  return "PUT " + target + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_CASE("the guide's bodies stream") {
  under_each_model([]() -> weft::task<> {
    weft::app app;
    app.state(std::make_shared<weft::channel<std::string>>(4));
    add_upload(app);
    add_rows(app);
    add_events(app);
    add_echo(app);
    add_limits(app);
    auto news = std::make_shared<weft::channel<std::string>>(4);
    weft::app with_news;
    with_news.state(news);
    add_events(with_news);
    running_server server(on_a_free_port(), &app);
    server.start();
    const auto uploaded = co_await exchange(server, put("/files/a", std::string(3 << 20, 'x')));
    CHECK_THAT(uploaded, EndsWith("\r\n\r\na: 3145728 bytes"));
    const auto rows = co_await exchange(server, get("/rows/3", last));
    CHECK_THAT(rows, EndsWith("\r\n\r\n2\r\n1\n\r\n2\r\n2\n\r\n2\r\n3\n\r\n0\r\n\r\n"));
    const auto echoed = co_await exchange(
        server,
        "POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc");
    CHECK_THAT(echoed, EndsWith("3\r\nabc\r\n0\r\nX-Complete: yes\r\n\r\n"));
    co_await server.stop();

    running_server paper(on_a_free_port(), &with_news);
    paper.start();
    auto reader = co_await paper.connect();
    co_await write(reader, get("/events", last));
    const auto head = co_await read_until(reader, "\r\n\r\n");
    CHECK_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
    co_await news->send("rain");
    news->close();
    const auto event = co_await read_to_end(reader);
    CHECK_THAT(event, EndsWith("c\r\ndata: rain\n\n\r\n0\r\n\r\n"));
    co_await paper.stop();
  });
}

}  // namespace
