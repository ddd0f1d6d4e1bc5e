#include "unit/http/running_server.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <string>

// Streams of events over sockets: what a client sees, and when the function ends.

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using weft::condition;
using weft::task;

namespace {

/// An app with a stream that waits for what never comes, and how that ended.
class silent_app {
public:
  explicit silent_app(weft::duration heartbeat) {
    app_.get("/events", [this, heartbeat] {
      return weft::sse(
          [this](weft::sse_writer& events) -> task<> {
            const auto sent = co_await events.send("hello");
            if (!sent) co_return;
            const std::error_code end = co_await weft::sleep(1h);
            cancelled_ = end == condition::canceled;
            ended_.set();
          },
          {.heartbeat = heartbeat});
    });
  }
  weft::app& app() { return app_; }
  weft::event& ended() { return ended_; }
  bool was_cancelled() const { return cancelled_; }

private:
  weft::app app_;
  weft::event ended_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace

TEST_CASE("events go out one by one as they happen, and the stream goes on at the last id") {
  under_each_model([]() -> task<> {
    weft::app app;
    app.get("/count", [](weft::last_event_id<int> seen) {
      return weft::sse([n = seen->value_or(0)](weft::sse_writer& events) mutable -> task<> {
        for (const int end = n + 2; n < end;) {
          ++n;
          const auto text = std::to_string(n);
          const weft::sse_event one = weft::sse_event("n is " + text).event("count").id(text);
          const auto sent = co_await events.send(one);
          if (!sent) co_return;
        }
      });
    });
    running_server server(on_a_free_port(), &app);
    server.start();
    const auto first = co_await exchange(server, get("/count", last));
    CHECK_THAT(first, StartsWith("HTTP/1.1 200 OK\r\n"));
    CHECK_THAT(first, ContainsSubstring("Content-Type: text/event-stream\r\n"));
    CHECK_THAT(first, ContainsSubstring("Cache-Control: no-cache\r\n"));
    CHECK_THAT(first, ContainsSubstring("X-Accel-Buffering: no\r\n"));
    CHECK(count(first, "event: count\nid: 1\ndata: n is 1\n\n\r\n") == 1);
    CHECK_THAT(first, EndsWith("event: count\nid: 2\ndata: n is 2\n\n\r\n0\r\n\r\n"));
    const auto later = co_await exchange(server, get("/count", last + "Last-Event-ID: 41\r\n"));
    CHECK_THAT(later, ContainsSubstring("id: 42\n"));
    CHECK_THAT(later, EndsWith("id: 43\ndata: n is 43\n\n\r\n0\r\n\r\n"));
    const auto old = co_await exchange(server, "GET /count HTTP/1.0\r\nHost: h\r\n\r\n");
    CHECK_THAT(old, EndsWith("\r\n\r\nevent: count\nid: 1\ndata: n is 1\n\n"
                             "event: count\nid: 2\ndata: n is 2\n\n"));
    const auto head =
        co_await exchange(server, "HEAD /count HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK_THAT(head, EndsWith("\r\n\r\n"));
    co_await server.stop();
  });
}

TEST_CASE("a client sees the head and heartbeats before there is an event") {
  under_each_model([]() -> task<> {
    weft::event news;
    weft::app app;
    app.get("/events", [&news] {
      return weft::sse(
          [&news](weft::sse_writer& events) -> task<> {
            (void)co_await news.wait();
            (void)co_await events.send("news");
          },
          {.heartbeat = 20ms});
    });
    running_server server(on_a_free_port(), &app);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/events", last));
    const auto head = co_await read_until(stream, "\r\n\r\n");
    CHECK_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
    const auto beat = co_await read_until(stream, "3\r\n:\n\n\r\n");
    CHECK_THAT(beat, EndsWith("3\r\n:\n\n\r\n"));
    news.set();
    const auto rest = co_await read_to_end(stream);
    CHECK_THAT(rest, EndsWith("data: news\n\n\r\n0\r\n\r\n"));
    co_await server.stop();
  });
}

TEST_CASE("a stream of events ends when its client has gone, in silence too") {
  under_each_model([]() -> task<> {
    silent_app silent(30ms);
    running_server server(on_a_free_port(), &silent.app());
    server.start();
    {
      auto stream = co_await server.connect();
      co_await write(stream, get("/events"));
      const auto hello = co_await read_until(stream, "hello\n\n\r\n");
      CHECK_THAT(hello, EndsWith("data: hello\n\n\r\n"));
    }  // a close, which looks like a direction that is finished until a heartbeat is refused
    co_await silent.ended().wait();
    CHECK(silent.was_cancelled());
    co_await server.stop();
  });
}

TEST_CASE("a stream of events ends when the server stops, with its last chunk") {
  under_each_model([]() -> task<> {
    for (const weft::duration heartbeat : {weft::duration(1h), weft::duration::max()}) {
      silent_app silent(heartbeat);
      running_server server(on_a_free_port(), &silent.app());
      server.start();
      auto stream = co_await server.connect();
      co_await write(stream, get("/events"));
      co_await read_until(stream, "hello\n\n\r\n");
      const auto start = weft::scheduler::current().now();
      server.server().stop();
      const auto rest = co_await read_to_end(stream);
      CHECK(rest == "0\r\n\r\n");
      hang_up(stream);
      co_await server.ended();
      CHECK(weft::scheduler::current().now() - start < 5s);
      CHECK(silent.was_cancelled());
    }
  });
}

TEST_CASE("a function that throws cuts its stream off") {
  under_each_model([]() -> task<> {
    weft::app app;
    app.get("/events", [] {
      return weft::sse([](weft::sse_writer& events) -> task<> {
        (void)co_await events.send("a");
        throw std::runtime_error("planned");
      });
    });
    running_server server(on_a_free_port(), &app);
    server.start();
    const auto answer = co_await exchange(server, get("/events", last));
    CHECK_THAT(answer, EndsWith("data: a\n\n\r\n"));
    co_await server.stop();
  });
}
