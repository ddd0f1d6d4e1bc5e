#include "streaming_handler.hpp"

#include <weft/http/metrics.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <string>

// When a handler is cancelled: past its time limit, and when its peer goes.

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::StartsWith;
using weft::body_writer;
using weft::condition;
using weft::request;
using weft::response;
using weft::task;

namespace {

weft::server_options with_handler_timeout(weft::duration limit) {
  auto options = on_a_free_port();
  options.limits.handler_timeout = limit;
  return options;
}

/// Waits for a time that no test has, and says how the wait ended.
struct long_wait {
  weft::event began;
  weft::event ended;
  std::atomic<bool> cancelled{false};

  task<> run() {
    began.set();
    const std::error_code end = co_await weft::sleep(1h);
    cancelled = end == condition::canceled;
    ended.set();
  }
};

}  // namespace

TEST_CASE("a handler's own time limit goes before the server's") {
  under_each_model([]() -> task<> {
    streaming_handler handler([](const request& req, response& res) -> task<> {
      if (req.path() == "/longer") req.exchange()->limit_time(1h);
      else req.exchange()->limit_time(1ms);
      const std::error_code end = co_await weft::sleep(300ms);
      res.body().append(end ? "cut" : "whole");
    });
    running_server server(with_handler_timeout(50ms), &handler);
    server.start();
    const auto longer = co_await exchange(server, get("/longer", last));
    CHECK(body_of(longer) == "whole");
    const auto shorter = co_await exchange(server, get("/shorter", last));
    CHECK_THAT(shorter, StartsWith("HTTP/1.1 503 "));
    co_await server.stop();
  });
}

TEST_CASE("the time in which a handler waits for its body is not the handler's") {
  under_each_model([]() -> task<> {
    streaming_handler handler(&tell_body);
    running_server server(with_handler_timeout(300ms), &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream,
                   "POST /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                   "Content-Length: 6\r\n\r\n");
    for (int i = 0; i < 6; ++i) {
      co_await weft::sleep(100ms);
      co_await write(stream, "x");
    }
    const auto answer = co_await read_to_end(stream);
    CHECK(body_of(answer) == "/b [xxxxxx] complete");
    co_await server.stop();
  });
}

TEST_CASE("a producer may take as long as it likes") {
  under_each_model([]() -> task<> {
    streaming_handler handler([](const request&, response& res) -> task<> {
      produce(res, [](body_writer& out) -> task<> {
        (void)co_await out.write("a");
        const std::error_code end = co_await weft::sleep(350ms);
        (void)co_await out.write(end ? "cut" : "b");
      });
      co_return;
    });
    running_server server(with_handler_timeout(100ms), &handler);
    server.start();
    const auto answer = co_await exchange(server, get("/", last));
    CHECK(body_of(answer) == "1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
    co_await server.stop();
  });
}

TEST_CASE("a handler is cancelled when its peer has gone, by a close or a reset") {
  under_each_model([]() -> task<> {
    for (const bool resets : {false, true}) {
      CAPTURE(resets);
      long_wait wait;
      streaming_handler handler(
          [&wait](const request&, response&) -> task<> { co_await wait.run(); });
      running_server server(on_a_free_port(), &handler);
      server.start();
      {
        auto stream = co_await server.connect();
        co_await write(stream, get("/"));
        co_await wait.began.wait();
        if (resets) stream.abort(condition::closed);
      }
      co_await wait.ended.wait();
      CHECK(wait.cancelled);
      co_await server.stop();
    }
  });
}

TEST_CASE("a producer is cancelled when its peer has reset the connection") {
  under_each_model([]() -> task<> {
    long_wait wait;
    streaming_handler handler([&wait](const request&, response& res) -> task<> {
      produce(res, [&wait](body_writer& out) -> task<> {
        (void)co_await out.write("first");
        co_await wait.run();
      });
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    {
      auto stream = co_await server.connect();
      co_await write(stream, get("/"));
      co_await read_until(stream, "first\r\n");
      stream.abort(condition::closed);
    }
    co_await wait.ended.wait();
    CHECK(wait.cancelled);
    co_await server.stop();
  });
}

TEST_CASE("a stop ends a producer without an end, and its answer is whole; others it waits for") {
  class endless final : public weft::http::body_producer {
  public:
    explicit endless(long_wait& wait) : wait_(wait) {}
    task<> produce(body_writer& out) override {
      (void)co_await out.write("first");
      co_await wait_.run();
    }
    bool ends_with_stop() const noexcept override { return true; }

  private:
    long_wait& wait_;
  };
  under_each_model([]() -> task<> {
    long_wait wait;
    streaming_handler handler([&wait](const request& req, response& res) -> task<> {
      if (req.path() == "/endless") res.set_producer(std::make_shared<endless>(wait));
      else
        produce(res, [](body_writer& out) -> task<> {
          (void)co_await out.write("a");
          const std::error_code end = co_await weft::sleep(400ms);
          (void)co_await out.write(end ? "cut" : "b");
        });
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto events = co_await server.connect();
    co_await write(events, get("/endless"));
    co_await read_until(events, "first\r\n");
    auto download = co_await server.connect();
    co_await write(download, get("/"));
    co_await read_until(download, "a\r\n");
    co_await wait.began.wait();
    const auto start = weft::scheduler::current().now();
    server.server().stop();
    const auto rest = co_await read_to_end(events);
    CHECK(rest == "0\r\n\r\n");
    hang_up(events);
    const auto waited_for = co_await read_to_end(download);
    CHECK(waited_for == "1\r\nb\r\n0\r\n\r\n");
    hang_up(download);
    co_await server.ended();
    CHECK(weft::scheduler::current().now() - start < 5s);
    CHECK(wait.cancelled);
  });
}

TEST_CASE("a peer that has only finished its direction gets all of a produced body") {
  under_each_model([]() -> task<> {
    streaming_handler handler([](const request&, response& res) -> task<> {
      produce(res, [](body_writer& out) -> task<> {
        (void)co_await out.write("a");
        const std::error_code end = co_await weft::sleep(250ms);
        (void)co_await out.write(end ? "cut" : "b");
      });
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/"));
    stream.finish_writing();
    const auto answer = co_await read_to_end(stream);
    CHECK(body_of(answer) == "1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
    co_await server.stop();
  });
}

TEST_CASE("what follows a handler that was cancelled waits as ever") {
  under_each_model([]() -> task<> {
    std::atomic<int> call{0};
    streaming_handler handler([&call](const request&, response& res) -> task<> {
      if (++call == 1) (void)co_await weft::sleep(1h);
      res.body().append(large_body());  // its write has to wait
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/", last));
    stream.finish_writing();  // counts as gone, yet it reads
    const auto answer = co_await read_to_end(stream);
    CHECK(body_of(answer).size() == large_body().size());
    co_await server.stop();
  });
}
