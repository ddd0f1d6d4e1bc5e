#include "scripted_peer.hpp"

#include <weft/http/client.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/scheduler.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// The client against a server that does what a test says, right or wrong.

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using weft::condition;
using weft::http::client;
using weft::http::client_options;
using weft::http::client_request;
using weft::http_method;
using weft::result;
using weft::task;

namespace {

client_options impatient() {
  client_options options;
  options.head_timeout = 150ms;
  options.body_timeout = 150ms;
  return options;
}

client_request post_to(std::string url, std::string body) {
  client_request request(http_method::post, std::move(url));
  request.set_body(std::move(body));
  return request;
}

/// What send() gives, as a sentence: the status and the body, or the error.
task<std::string> told(client& c, client_request request) {
  auto got = co_await c.send(std::move(request));
  if (!got) co_return got.error().message();
  co_return std::to_string(static_cast<int>(got->status())) + " " + std::string(got->body());
}
task<std::string> told(client& c, std::string url) {
  return told(c, client_request(http_method::get, std::move(url)));
}

std::string malformed(const std::string& rule) { return "malformed answer: " + rule; }

const std::string eof = make_error_code(condition::eof).message();
const std::string bad_input = make_error_code(condition::bad_input).message();
const std::string timed_out = make_error_code(condition::timed_out).message();
const std::string limit_exceeded = make_error_code(condition::limit_exceeded).message();

}  // namespace

TEST_CASE(
    "an answer that is wrong or cut short is an error, and its connection is not used again") {
  struct row {
    std::string answer;
    std::string told;
  };
  under_each_model([]() -> task<> {
    const row rows[] = {
        {"", eof},
        {"garbage\r\n\r\n", malformed("the status line is not version SP status SP reason")},
        {"HTTP/1.1 20", malformed("the connection ended inside of the answer")},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
         malformed("the connection ended inside of the answer")},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
         malformed("the connection ended inside of the answer")},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
         malformed("the connection ended inside of the answer")},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
         malformed("there is more than one Content-Length header")},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
         malformed("the only transfer coding implemented is chunked")},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
         malformed("the server switches to a protocol that it was not asked for")},
        {"HTTP/1.1 200 OK\r\nA: " + std::string(70'000, 'a') + "\r\n\r\n",
         malformed("the header block is larger than max_header_bytes")},
        {"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n",
         malformed("the body is larger than max_body_bytes")},
        {ok_with("whole"), "200 whole"},
        {"HTTP/1.1 200 OK\r\n\r\nuntil the end", "200 until the end"},
        {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nold", "200 ol"},
    };
    for (const auto& r : rows) {
      scripted_peer peer(answering({r.answer}));
      co_await peer.start();
      {
        client c;
        const auto got = co_await told(c, peer.url());
        CHECK(got == r.told);
        CHECK(c.counts().made == 1);
        const bool ended =
            co_await soon([&] { return c.counts().idle == 0 || r.told == "200 whole"; });
        CHECK(ended);
      }
      co_await peer.stop();
    }
  });
}

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

TEST_CASE("a server that is too slow is given up, one that is slow but steady is not") {
  under_each_model([]() -> task<> {
    scripted_peer peer([](peer_connection& c) -> task<> {
      const auto head = co_await c.next_head();
      if (head.starts_with("GET /head")) {
        co_await c.send("HTTP/1.1 200 OK\r\n");
      } else if (head.starts_with("GET /body")) {
        co_await c.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nno");
      } else {
        co_await c.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
        for (int i = 0; i < 9; ++i) {
          co_await weft::sleep(30ms);
          co_await c.send("x");
        }
      }
      co_await c.until_closed();
    });
    co_await peer.start();
    {
      client c(impatient());
      const auto head = co_await told(c, peer.url("/head"));
      CHECK(head == timed_out);
      const auto body = co_await told(c, peer.url("/body"));
      CHECK(body == timed_out);
      const auto steady = co_await told(c, peer.url("/steady"));
      CHECK(steady == "200 xxxxxxxxx");
      auto in_all = impatient();
      in_all.total_timeout = 100ms;
      client hurried(in_all);
      const auto late = co_await told(hurried, peer.url("/steady"));
      CHECK(late == timed_out);
      const bool ended = co_await soon([&] { return peer.live() == 1; });
      CHECK(ended);
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

TEST_CASE("a cancelled request closes its connection, whatever it waits for") {
  under_each_model([]() -> task<> {
    scripted_peer peer([](peer_connection& c) -> task<> {
      const auto head = co_await c.next_head();
      if (head.starts_with("GET /ok")) co_await c.send(ok_with("x"));
      if (head.starts_with("GET /body"))
        co_await c.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nno");
      // Nobody reads what /sending sends.
      if (head.starts_with("POST /sending")) co_await weft::sleep(10s);
      co_await c.until_closed();
    });
    co_await peer.start();
    {
      client_options options;
      options.max_connections_per_host = 1;
      client c(options);
      for (const std::string phase : {"head", "body", "sending", "place"}) {
        client_request request(http_method::get, peer.url("/" + phase));
        if (phase == "sending") request = post_to(peer.url("/sending"), large_body());
        auto holder = weft::go(told(c, std::move(request)));
        co_await weft::sleep(20ms);
        if (phase == "place") {
          // Another one waits for the connection that the first one has.
          auto waiter = weft::go(told(c, peer.url("/never")));
          co_await weft::sleep(5ms);
          waiter.cancel();
          const auto got = co_await waiter.join();
          CHECK(got == make_error_code(condition::canceled).message());
        }
        holder.cancel();
        const auto got = co_await holder.join();
        CHECK(got == make_error_code(condition::canceled).message());
        CHECK(c.counts().open == 0);
      }
      const auto after = co_await told(c, peer.url("/ok"));
      CHECK(after == "200 x");
    }
    co_await peer.stop();
  });
}

TEST_CASE("an early refusal ends the sending of a large body") {
  under_each_model([]() -> task<> {
    scripted_peer peer([](peer_connection& c) -> task<> {
      co_await c.next_head();
      co_await c.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
      c.finish();
      co_await weft::sleep(10s);
    });
    co_await peer.start();
    {
      client c;
      const auto got = co_await told(c, post_to(peer.url(), large_body()));
      CHECK(got == "413 no");
      CHECK(c.counts().open == 0);
    }
    co_await peer.stop();
  });
}

TEST_CASE("an expectation holds the body back until the server has spoken") {
  under_each_model([]() -> task<> {
    scripted_peer peer([](peer_connection& c) -> task<> {
      for (;;) {
        const auto head = co_await c.next_head();
        if (head.empty()) co_return;
        if (head.starts_with("POST /no")) {
          co_await c.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
          continue;
        }
        if (head.starts_with("POST /yes")) co_await c.send("HTTP/1.1 100 Continue\r\n\r\n");
        const auto body = co_await c.take(4);
        co_await c.send(ok_with(body));
      }
    });
    co_await peer.start();
    {
      client_options options;
      options.continue_timeout = 30ms;
      client c(options);
      for (const std::string word : {"yes", "no", "silent"}) {
        auto request = post_to(peer.url("/" + word), "body");
        request.expect_continue();
        const auto got = co_await told(c, request);
        CHECK(got == (word == "no" ? "417 " : "200 body"));
        CHECK(c.counts().idle == (word == "no" ? 0U : 1U));
      }
      CHECK_THAT(peer.heads().front(), ContainsSubstring("\r\nExpect: 100-continue\r\n"));
    }
    co_await peer.stop();
  });
}

TEST_CASE("credentials do not follow a redirect to another origin") {
  under_each_model([]() -> task<> {
    scripted_peer other(always(ok_with("other")));
    co_await other.start();
    const auto to = other.url("/there");
    scripted_peer peer(
        always("HTTP/1.1 307 There\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n"));
    co_await peer.start();
    {
      client c;
      auto request = post_to(peer.url(), "kept");
      request.set_header("Authorization", "Basic eDp5");
      request.set_header("X-Other", "y");
      const auto got = co_await told(c, request);
      CHECK(got == "200 other");
      CHECK_THAT(peer.heads().front(), ContainsSubstring("Authorization"));
      REQUIRE(other.heads().size() == 1);
      CHECK_THAT(other.heads().front(), StartsWith("POST /there HTTP/1.1\r\n"));
      CHECK_THAT(other.heads().front(), ContainsSubstring("X-Other: y"));
      CHECK_THAT(other.heads().front(), !ContainsSubstring("Authorization"));
    }
    co_await peer.stop();
    co_await other.stop();
  });
}

TEST_CASE("through a proxy requests go in absolute-form, on connections that hosts share") {
  under_each_model([]() -> task<> {
    scripted_peer proxy(always(ok_with("x")));
    co_await proxy.start();
    {
      client_options options;
      options.proxy = proxy.address();
      options.proxy_authorization = "Basic eDp5";
      client c(options);
      const auto one = co_await told(c, "http://one.example/a?b");
      const auto two = co_await told(c, "http://two.example:81/");
      CHECK(one == "200 x");
      CHECK(two == "200 x");
      CHECK(proxy.connections() == 1);
      REQUIRE(proxy.heads().size() == 2);
      CHECK_THAT(proxy.heads()[0], StartsWith("GET http://one.example/a?b HTTP/1.1\r\n"
                                              "Host: one.example\r\n"));
      CHECK_THAT(proxy.heads()[0], ContainsSubstring("\r\nProxy-Authorization: Basic eDp5\r\n"));
      CHECK_THAT(proxy.heads()[1], StartsWith("GET http://two.example:81/ HTTP/1.1\r\n"
                                              "Host: two.example:81\r\n"));
    }
    co_await proxy.stop();
  });
}

TEST_CASE("trailers are there when the body has ended, on both sides") {
  class with_trailer final : public weft::http::outgoing_body {
  public:
    task<result<std::string_view>> read() override {
      if (std::exchange(sent_, true)) co_return condition::eof;
      co_return "body";
    }
    std::span<const weft::header_field> trailers() const override { return trailers_; }

  private:
    bool sent_ = false;
    std::vector<weft::header_field> trailers_{{"Digest", "d"}};
  };
  under_each_model([]() -> task<> {
    scripted_peer peer([](peer_connection& c) -> task<> {
      co_await c.next_head();
      const auto body = co_await c.until_text("\r\n0\r\n");
      const auto trailers = co_await c.until_text("\r\n\r\n");
      co_await c.send(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nback\r\n0\r\nGot: " +
          trailers);
      co_await c.until_closed();
    });
    co_await peer.start();
    {
      client c;
      client_request request(http_method::put, peer.url());
      request.set_body(std::make_shared<with_trailer>());
      auto got = co_await c.send(request);
      REQUIRE(got.has_value());
      CHECK(got->body() == "back");
      REQUIRE(got->trailers().size() == 1);
      CHECK(got->trailers()[0].name == "Got");
      CHECK(got->trailers()[0].value == "Digest: d");
      CHECK_FALSE(got->header("Got"));
      CHECK(c.counts().idle == 1);
    }
    co_await peer.stop();
  });
}

TEST_CASE("a cut body looks cut to who reads it by pieces") {
  under_each_model([]() -> task<> {
    scripted_peer peer(answering({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"}));
    co_await peer.start();
    {
      client c;
      client_request request(http_method::get, peer.url());
      auto answer = co_await c.open(request);
      REQUIRE(answer.has_value());
      auto piece = co_await answer->read();
      REQUIRE(piece.has_value());
      CHECK(*piece == "half");
      auto cut = co_await answer->read();
      CHECK(cut.error() == condition::bad_input);
      CHECK_FALSE(answer->complete());
      auto after = co_await answer->read();
      CHECK(after.error() == condition::closed);
    }
    co_await peer.stop();
  });
}
