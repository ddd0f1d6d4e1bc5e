#include "scripted_peer.hpp"
#include "told.hpp"

#include <weft/http/client.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

// Which connections a client makes, keeps, uses again and gives up.

using namespace std::chrono_literals;
using namespace weft::test;
using weft::condition;
using weft::http::client;
using weft::http::client_options;
using weft::http::client_request;
using weft::http_method;
using weft::task;

namespace {

const std::string eof = make_error_code(condition::eof).message();
const std::string timed_out = make_error_code(condition::timed_out).message();

}  // namespace

TEST_CASE("bytes behind an answer are never taken for the next one") {
  under_each_model([]() -> task<> {
    // With the answer, and later, when the connection rests.
    scripted_peer peer([](peer_connection& c) -> task<> {
      co_await c.next_head();
      if (c.number == 1) {
        co_await c.send(ok_with("first") + ok_with("smuggled"));
      } else if (c.number == 2) {
        co_await c.send(ok_with("second"));
        co_await c.send(ok_with("smuggled"));
      } else {
        co_await c.send(ok_with("third"));
      }
      co_await c.until_closed();
    });
    co_await peer.start();
    {
      client c;
      const auto first = co_await told(c, peer.url());
      const auto second = co_await told(c, peer.url());
      co_await weft::sleep(20ms);
      const auto third = co_await told(c, peer.url());
      CHECK(first == "200 first");
      CHECK(second == "200 second");
      CHECK(third == "200 third");
      CHECK(peer.connections() == 3);
    }
    co_await peer.stop();
  });
}

TEST_CASE("a kept connection that the server has closed is not used") {
  under_each_model([]() -> task<> {
    scripted_peer peer(answering({ok_with("once")}));
    co_await peer.start();
    {
      client c;
      for (int i = 0; i < 3; ++i) {
        const auto got = co_await told(c, post_to(peer.url(), "not to be sent twice"));
        CHECK(got == "200 once");
        const bool closed = co_await soon([&] { return peer.live() == 0; });
        CHECK(closed);
        co_await weft::sleep(5ms);
      }
      CHECK(c.counts().reused == 0);
      CHECK(peer.heads().size() == 3);
    }
    co_await peer.stop();
  });
}

TEST_CASE("what fails on a kept connection before any answer is sent once more, if it is safe") {
  under_each_model([]() -> task<> {
    // Every connection answers one request, reads another, and ends.
    scripted_peer peer([](peer_connection& c) -> task<> {
      co_await c.next_head();
      co_await c.send(ok_with("x"));
      co_await c.next_head();
    });
    co_await peer.start();
    {
      client c;
      const auto first = co_await told(c, peer.url("/1"));
      const auto again = co_await told(c, peer.url("/2"));
      CHECK(first == "200 x");
      CHECK(again == "200 x");
      CHECK(c.counts().reused == 1);
      CHECK(peer.heads().size() == 3);
      CHECK(peer.connections() == 2);
      const auto posted = co_await told(c, post_to(peer.url("/3"), "once"));
      CHECK(posted != "200 x");
      CHECK(peer.heads().size() == 4);
    }
    co_await peer.stop();
  });
}

TEST_CASE("what fails on a new connection is not sent again") {
  under_each_model([]() -> task<> {
    scripted_peer peer([](peer_connection& c) -> task<> { co_await c.next_head(); });
    co_await peer.start();
    {
      client c;
      const auto got = co_await told(c, peer.url());
      CHECK(got == eof);
      CHECK(peer.heads().size() == 1);
    }
    co_await peer.stop();
  });
}

TEST_CASE("no more connections are made than there may be, and who waits gets its turn") {
  under_each_model([]() -> task<> {
    std::atomic<int> under_way{0};
    std::atomic<bool> too_many{false};
    scripted_peer peer([&](peer_connection& c) -> task<> {
      for (;;) {
        const auto head = co_await c.next_head();
        if (head.empty()) co_return;
        if (++under_way > 2) too_many = true;
        co_await weft::sleep(3ms);
        --under_way;
        co_await c.send(ok_with("x"));
      }
    });
    co_await peer.start();
    {
      client_options options;
      options.max_connections_per_host = 2;
      client c(options);
      std::vector<weft::join_handle<std::string>> asked;
      for (int i = 0; i < 10; ++i) asked.push_back(weft::go(told(c, peer.url())));
      for (auto& one : asked) {
        const auto got = co_await one.join();
        CHECK(got == "200 x");
        CHECK(c.counts().open <= 2);
      }
      CHECK(peer.heads().size() == 10);
      CHECK_FALSE(too_many);

      options.max_connections_per_host = 1;
      options.connect_timeout = 50ms;
      client busy(options);
      client_request request(http_method::get, peer.url());
      auto held = co_await busy.open(request);
      REQUIRE(held.has_value());
      const auto waited = co_await told(busy, peer.url());
      CHECK(waited == timed_out);
      auto rest = co_await std::move(*held).collect(10);
      CHECK(rest.has_value());
      const auto now = co_await told(busy, peer.url());
      CHECK(now == "200 x");
      CHECK(busy.counts().made == 1);
    }
    co_await peer.stop();
  });
}

TEST_CASE("connections at rest give way to another host, and end after a while") {
  under_each_model([]() -> task<> {
    scripted_peer one(always(ok_with("one")));
    scripted_peer two(always(ok_with("two")));
    co_await one.start();
    co_await two.start();
    {
      client_options options;
      options.max_connections = 1;
      options.idle_timeout = 200ms;
      client c(options);
      const auto first = co_await told(c, one.url());
      CHECK(first == "200 one");
      CHECK(c.counts().idle == 1);
      const auto second = co_await told(c, two.url());
      CHECK(second == "200 two");
      CHECK(c.counts().open == 1);
      const bool closed = co_await soon([&] { return one.live() == 0; });
      CHECK(closed);
      const bool expired = co_await soon([&] { return two.live() == 0 && c.counts().open == 0; });
      CHECK(expired);
    }
    co_await one.stop();
    co_await two.stop();
  });
}
