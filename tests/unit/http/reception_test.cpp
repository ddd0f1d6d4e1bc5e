#include "http/reception.hpp"
#include "running_server.hpp"

#include <weft/http/metrics.hpp>
#include <weft/net/tcp_listener.hpp>
#include <weft/runtime/deadline.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace weft;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

TEST_CASE("max_connections are served, and one more is answered with 503 after accept_patience") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.max_connections = 2;
    options.limits.accept_patience = 100ms;
    options.limits.keep_alive_timeout = 5s;  // what is not answered fails before long
    running_server server(options);
    server.start();
    auto first = co_await server.connect();
    const bool one = co_await serves_on(first, "/1");
    const auto not_full = scheduler::current().now();
    auto second = co_await server.connect();
    const bool two = co_await serves_on(second, "/2");
    CHECK(one);
    CHECK(two);

    const auto answer = co_await exchange(server, get("/3"));
    CHECK(scheduler::current().now() - not_full >= options.limits.accept_patience);
    CHECK_THAT(answer, StartsWith("HTTP/1.1 503 "));
    CHECK_THAT(answer, ContainsSubstring("max_connections"));
    CHECK_THAT(answer, ContainsSubstring("\r\nRetry-After: 1\r\n"));
    CHECK_THAT(answer, ContainsSubstring("\r\nConnection: close\r\n"));
    CHECK_THAT(answer, ContainsSubstring("\r\nDate: "));

    const auto counted = server.server().metrics();
    CHECK(counted.rejected_for(rejection_reasons::connection_count) == 1);
    CHECK(counted.accepted_connections == 3);
    CHECK(counted.open_connections == 2);
    CHECK(counted.responses[5] == 1);
    CHECK(counted.requests == 2);

    { const auto closing = std::move(first); }
    std::string fourth;
    for (int i = 0; i < 100 && !fourth.starts_with("HTTP/1.1 200 "); ++i) {
      fourth = co_await exchange(server, get("/4", last));
      co_await sleep(2ms);  // until the server has seen that it ended
    }
    CHECK_THAT(fourth, StartsWith("HTTP/1.1 200 "));
    const bool still = co_await serves_on(second, "/2");
    CHECK(still);
    co_await server.stop();
  });
}

TEST_CASE("who is turned away gets the answer whole, and one that takes its time holds up nobody") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.max_connections = 0;
    options.limits.accept_patience = 0ms;
    running_server server(options);
    server.start();
    auto silent = co_await server.connect();  // never reads, never closes
    for (int i = 0; i < 3; ++i) {
      const auto answer =
          co_await exchange(server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 30000\r\n\r\n" +
                                        std::string(30'000, 'x'));
      CHECK_THAT(answer, StartsWith("HTTP/1.1 503 "));
      CHECK(answer.ends_with("}"));
    }
    const auto told = co_await read_to_end(silent);
    CHECK_THAT(told, StartsWith("HTTP/1.1 503 "));
    CHECK(server.server().metrics().rejected_for(rejection_reasons::connection_count) == 4);
    co_await server.stop();
  });
}

TEST_CASE("a full server stops at once while somebody waits to be let in") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.max_connections = 1;
    options.limits.accept_patience = 10ms;
    running_server server(options);
    server.start();
    auto idle = co_await server.connect();
    co_await serves_on(idle, "/1");
    co_await sleep(50ms);  // nobody waits: the server does, for somebody to turn away
    const auto before = scheduler::current().now();
    co_await server.stop();
    CHECK(scheduler::current().now() - before < 1s);
  });
}

TEST_CASE("the system completes max_backlog connections and one, and no more") {
  run_under(serving_models().front(), []() -> task<> {
    auto options = on_a_free_port();
    options.limits.max_backlog = 3;
    running_server server(options);
    REQUIRE(server.server().open().has_value());  // and does not serve yet
    std::vector<tcp_stream> waiting;
    for (int i = 0; i < 4; ++i) {
      auto stream = co_await server.connect();
      waiting.push_back(std::move(stream));
    }
    auto past = co_await with_timeout(100ms, connect(server.server().local()));
    CHECK(!past.has_value());
    server.serve();
    co_await write(waiting.front(), get("/first", last));
    const auto answer = co_await read_to_end(waiting.front());
    CHECK_THAT(answer, StartsWith("HTTP/1.1 200 "));
    waiting.clear();
    co_await server.stop();
  }());
}

TEST_CASE("who asks in vain for a place takes it from nobody for a moment") {
  http_limits limits;
  limits.max_connections = 1;
  http::room room(limits);
  std::atomic<bool> is_full{false};
  std::atomic<bool> asks{false};
  std::atomic<int> got{0};
  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done) {
      asks = true;
      if (is_full && room.try_enter({})) ++got;
      asks = false;
    }
  });
  int refused = 0;
  for (int round = 0; round < 50'000; ++round) {
    const int before = got;
    auto place = room.try_enter({});
    if (!place) {
      while (asks) {}  // or it has the place for which this one asked
      if (got == before) ++refused;
      continue;
    }
    is_full = true;
    for (int i = 0; i < 100 && !asks; ++i) {}
    is_full = false;
  }
  done = true;
  other.join();
  CHECK(refused == 0);
  CHECK(room.taken() == 0);
}
