#include "streaming_handler.hpp"

#include <weft/http/takeover.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::StartsWith;
using weft::request;
using weft::response;
using weft::task;

namespace {

/// Sends back what comes, byte for byte, in brackets.
class bracket_echo final : public weft::http::takeover {
public:
  task<> run(weft::http::upgraded_stream& stream) override {
    std::array<char, 4> buffer;
    for (;;) {
      const auto got = co_await stream.read_some(buffer);
      if (!got) co_return;
      const std::string answer = '[' + std::string(buffer.data(), *got) + ']';
      const auto sent = co_await stream.write_all(answer);
      if (!sent) co_return;
    }
  }
};

task<> upgrade_or_tell(const request& req, response& res) {
  if (req.path() == "/up") res.set_takeover("brackets", std::make_shared<bracket_echo>());
  else res.body().append("plain");
  co_return;
}

const std::string upgrade = "Connection: upgrade\r\nUpgrade: brackets\r\n";

TEST_CASE("after a 101 the connection is the handler's, with what was read ahead") {
  under_each_model([]() -> task<> {
    streaming_handler handler(&upgrade_or_tell);
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/plain") + get("/up", upgrade) + "GET ahead");
    const auto answer = co_await read_until(stream, "[d]");
    CHECK_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    CHECK(count(answer, "HTTP/1.1 101 Switching Protocols\r\n") == 1);
    CHECK(count(answer, "Connection: upgrade\r\n") == 1);
    CHECK(count(answer, "Upgrade: brackets\r\n") == 1);
    CHECK(answer.ends_with("\r\n\r\n[GET ][ahea][d]"));
    co_await write(stream, "more");
    const auto more = co_await read_until(stream, "]");
    CHECK(more == "[more]");
    stream.finish_writing();
    const auto end = co_await read_to_end(stream);
    CHECK(end.empty());
    co_await server.stop();
  });
}

TEST_CASE("no time limit of HTTP ends an upgraded connection, a stop does") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.keep_alive_timeout = 20ms;
    options.limits.handler_timeout = 20ms;
    options.limits.drain_timeout = 10ms;
    streaming_handler handler(&upgrade_or_tell);
    running_server server(options, &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/up", upgrade));
    co_await read_until(stream, "\r\n\r\n");
    co_await weft::sleep(250ms);
    co_await write(stream, "late");
    const auto late = co_await read_until(stream, "]");
    CHECK(late == "[late]");
    co_await server.stop();
    const auto end = co_await read_to_end(stream);
    CHECK(end.empty());
  });
}

TEST_CASE("a takeover that nobody asked for is a 500") {
  under_each_model([]() -> task<> {
    streaming_handler handler(&upgrade_or_tell);
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto without = co_await exchange(server, get("/up"));
    CHECK_THAT(without, StartsWith("HTTP/1.1 500 "));
    const auto old = co_await exchange(server, "GET /up HTTP/1.0\r\n" + upgrade + "\r\n");
    CHECK_THAT(old, StartsWith("HTTP/1.1 500 "));
    const auto with_body = co_await exchange(
        server, "POST /up HTTP/1.1\r\nHost: h\r\n" + upgrade + "Content-Length: 5\r\n\r\n");
    CHECK_THAT(with_body, StartsWith("HTTP/1.1 500 "));
    co_await server.stop();
  });
}

}  // namespace
