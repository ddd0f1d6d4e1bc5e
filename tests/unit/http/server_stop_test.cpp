#include "running_server.hpp"

#include <weft/http/metrics.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using weft::task;

namespace {

weft::duration since(weft::time_point start) { return weft::scheduler::current().now() - start; }

weft::time_point now() { return weft::scheduler::current().now(); }

}  // namespace

TEST_CASE("a server that was stopped before it opened does not serve") {
  under_each_model([]() -> task<> {
    echo_handler handler;
    weft::http_server server(handler, on_a_free_port());
    server.stop();
    REQUIRE(server.open().has_value());
    co_await server.serve();
    const auto refused = co_await weft::connect(server.local());
    CHECK(!refused.has_value());
  });
}

TEST_CASE("a server that was stopped before it served does not serve") {
  under_each_model([]() -> task<> {
    echo_handler handler;
    weft::http_server server(handler, on_a_free_port());
    REQUIRE(server.open().has_value());
    server.stop();
    server.stop();
    co_await server.serve();
    CHECK(server.connections() == 0);
  });
}

TEST_CASE("a thread that is no worker may stop the server, also twice") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    auto idle = co_await server.connect();
    co_await write(idle, get("/first"));
    co_await read_until(idle, "GET /first ");
    std::thread stopper([&server] {
      server.server().stop();
      server.server().stop();
    });
    co_await server.ended();
    stopper.join();
    CHECK(server.server().connections() == 0);
  });
}

TEST_CASE("a server that is full stops at once when its connections are idle") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.max_connections = 1;
    running_server server(options);
    server.start();
    auto idle = co_await server.connect();
    co_await write(idle, get("/first"));
    co_await read_until(idle, "GET /first ");
    co_await weft::sleep(5ms);
    const auto start = now();
    co_await server.stop();
    CHECK(since(start) < 1s);
  });
}

TEST_CASE("a cancelled server cancels its handlers and ends") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    auto idle = co_await server.connect();
    auto busy = co_await server.connect();
    co_await write(busy, get("/slow"));
    while (server.server().metrics().requests != 1) (void)co_await weft::sleep(1ms);
    const auto start = now();
    co_await server.cancel();
    CHECK(since(start) < 40ms);
    CHECK(server.server().connections() == 0);
  });
}

TEST_CASE("the answer that a stop lets finish arrives whole although a request follows it") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/large"));
    while (server.server().metrics().requests == 0) (void)co_await weft::sleep(1ms);
    co_await write(stream, get("/late"));
    server.server().stop();
    const auto answer = co_await read_to_end(stream);
    CHECK(answer.size() > large_body().size());
    { const auto closing = std::move(stream); }
    co_await server.stop();
  });
}

TEST_CASE("a port that is taken is refused, and can be tried again") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    echo_handler handler;
    auto first = std::make_unique<weft::http_server>(handler, options);
    REQUIRE(first->open().has_value());
    options.listen = {first->local()};
    weft::http_server second(handler, options);
    const auto taken = second.open();
    REQUIRE(!taken.has_value());
    CHECK(taken.error() == weft::condition::refused);
    first.reset();
    CHECK(second.open().has_value());
    co_return;
  });
}

TEST_CASE("a server listens on an IPv6 address") {
  under_each_model([]() -> task<> {
    weft::server_options options;
    options.listen = {*weft::parse_endpoint("[::1]:0")};
    options.limits.idle_grace = 0ms;
    running_server server(options);
    server.start();
    CHECK(server.server().local().host == "::1");
    const auto answer = co_await exchange(server, get("/six", last));
    CHECK_THAT(answer, ContainsSubstring("GET /six "));
    co_await server.stop();
  });
}
