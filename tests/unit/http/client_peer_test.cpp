#include "scripted_peer.hpp"
#include "told.hpp"

#include <weft/http/client.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <memory>
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
