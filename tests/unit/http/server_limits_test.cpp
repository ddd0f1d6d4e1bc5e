#include "running_server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <string>

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using weft::task;

TEST_CASE("a connection past the limit waits until another one ends") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.max_connections = 2;
    running_server server(options);
    server.start();
    auto first = co_await server.connect();
    auto second = co_await server.connect();
    const bool one = co_await serves_on(first, "/1");
    const bool two = co_await serves_on(second, "/2");
    CHECK(one);
    CHECK(two);
    auto third = weft::go(exchange(server, get("/3", last)));
    co_await weft::sleep(60ms);
    CHECK(!third.ended());
    CHECK(server.server().connections() == 2);
    { const auto closing = std::move(first); }
    const auto answer = co_await third.join();
    CHECK_THAT(answer, ContainsSubstring("GET /3 "));
    const bool still = co_await serves_on(second, "/2");
    CHECK(still);
    co_await server.stop();
  });
}

TEST_CASE("a reader that is slow but steady gets everything") {
  // One model is enough: it takes longer than write_timeout, which must outlast the window's
  // stalls.
  run_under(serving_models().back(), []() -> task<> {
    auto options = on_a_free_port();
    options.limits.write_timeout = 1500ms;
    running_server server(options);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/large", last));
    std::size_t received = 0;
    std::string buffer(128 * 1024, ' ');
    for (;;) {
      auto got = co_await stream.read_some(buffer);
      if (!got) break;
      received += *got;
      co_await weft::sleep(20ms);
    }
    CHECK(received > large_body().size());
    co_await server.stop();
  }());
}

TEST_CASE("trailers up to their limit are read, whatever fits into a buffer") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    for (const std::size_t size : {100U, 4000U, 6000U, 16'000U}) {
      CAPTURE(size);
      const auto answer = co_await exchange(server,
                                            "POST /t HTTP/1.1\r\nHost: here\r\nConnection: "
                                            "close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                            "3\r\nabc\r\n0\r\nX: " +
                                                std::string(size, 't') + "\r\n\r\n");
      CHECK(answer.ends_with("POST /t abc"));
    }
    const auto refused = co_await exchange(
        server, "POST /t HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " +
                    std::string(17'000, 't') + "\r\n\r\n");
    CHECK_THAT(refused, StartsWith("HTTP/1.1 431 "));
    co_await server.stop();
  });
}
