#include "scripted_peer.hpp"
#include "streaming_handler.hpp"

#include <weft/http/body_stream.hpp>
#include <weft/http/client.hpp>
#include <weft/runtime/event.hpp>
#include <weft/runtime/shield.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

// A client that reads the answer while its request is still being sent.

using namespace std::chrono_literals;
using namespace weft::test;
using weft::condition;
using weft::http::answer_stream;
using weft::http::client;
using weft::http::client_request;
using weft::http_method;
using weft::request;
using weft::response;
using weft::result;
using weft::task;

namespace {

constexpr std::size_t pieces = 400;
const std::string piece(32 * 1024, 'p');

/// More than all buffers on the way hold.
class large final : public weft::http::outgoing_body {
public:
  task<result<std::string_view>> read() override {
    if (made_ == pieces) co_return condition::eof;
    ++made_;
    co_return piece;
  }

private:
  std::size_t made_ = 0;
};

/// One piece, and then what the test wants.
class stalling final : public weft::http::outgoing_body {
public:
  enum class then { waits, fails, throws };
  explicit stalling(then t) : then_(t) {}

  task<result<std::string_view>> read() override {
    if (!begun.exchange(true)) co_return "begun";
    auto waited = co_await go_on.wait();
    if (!waited) ended_by = waited.error();
    ended = true;
    if (!waited) co_return waited.error();
    if (then_ == then::throws) throw std::runtime_error("planned");
    if (then_ == then::fails) co_return std::make_error_code(std::errc::io_error);
    co_return condition::eof;
  }

  std::atomic<bool> begun{false};
  weft::event go_on;
  std::atomic<bool> ended{false};
  std::error_code ended_by;

private:
  const then then_;
};

/// One piece, and then nothing, whoever asks for an end.
class deaf final : public weft::http::outgoing_body {
public:
  task<result<std::string_view>> read() override {
    if (!begun.exchange(true)) co_return "begun";
    auto waiting = wait();
    co_await weft::shield(std::move(waiting));
    co_return condition::eof;
  }

  std::atomic<bool> begun{false};
  weft::event go_on;

private:
  task<> wait() { (void)co_await go_on.wait(); }
};

client_request post(std::string url, std::shared_ptr<weft::http::outgoing_body> body) {
  client_request made(http_method::post, std::move(url));
  made.set_body(std::move(body));
  return made;
}

/// A server that sends back what it gets, as it comes.
task<> echo_pieces(const request& req, response& res) {
  weft::body_stream body(req);
  produce(res, [body](weft::body_writer& out) mutable -> task<> {
    for (;;) {
      auto got = co_await body.read();
      if (!got) co_return;
      auto sent = co_await out.write(*got);
      if (!sent) co_return;
    }
  });
  co_return;
}

task<std::size_t> count_rest(answer_stream& answer) {
  std::size_t size = 0;
  for (;;) {
    auto got = co_await answer.read();
    if (!got) break;
    size += got->size();
  }
  co_return size;
}

const std::string early = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n";

}  // namespace

TEST_CASE("an echo that is larger than all buffers comes back while it is sent") {
  under_each_model([]() -> task<> {
    streaming_handler handler(&echo_pieces, pieces * piece.size());
    running_server server(on_a_free_port(), &handler);
    server.start();
    const std::string url = "http://" + to_string(server.server().local()) + "/";
    {
      client c;
      auto streamed = co_await c.open(post(url, std::make_shared<large>()));
      REQUIRE(streamed.has_value());
      const auto first = co_await count_rest(*streamed);
      CHECK(first == pieces * piece.size());
      CHECK(streamed->complete());
      CHECK(c.counts().idle == 1);
      client_request whole(http_method::put, url);
      whole.set_body(std::string(pieces * piece.size(), 'w'));
      auto sent = co_await c.send(std::move(whole));
      REQUIRE(sent.has_value());
      CHECK(sent->body().size() == pieces * piece.size());
      CHECK(c.counts().made == 1);
      CHECK(c.counts().reused == 1);
    }
    co_await server.stop();
  });
}

TEST_CASE(
    "an answer that is whole before the request is waits for it, and its connection is kept") {
  under_each_model([]() -> task<> {
    scripted_peer peer([](peer_connection& c) -> task<> {
      co_await c.next_head();
      co_await c.send(early + "0\r\n\r\n");
      const auto rest = co_await c.until_text("\r\n0\r\n\r\n");
      CHECK(rest == "5\r\nbegun\r\n0\r\n\r\n");
      co_await c.next_head();
      co_await c.send(ok_with("next"));
      co_await c.until_closed();
    });
    co_await peer.start();
    {
      client c;
      const auto body = std::make_shared<stalling>(stalling::then::waits);
      auto answer = co_await c.open(post(peer.url(), body));
      REQUIRE(answer.has_value());
      auto text = co_await answer->read();
      REQUIRE(text.has_value());
      CHECK(*text == "early");
      CHECK(!body->ended);
      auto end = weft::go(count_rest(*answer));
      co_await weft::sleep(20ms);
      CHECK(!answer->complete());
      body->go_on.set();
      co_await end.join();
      CHECK(answer->complete());
      auto next = co_await c.get(peer.url());
      REQUIRE(next.has_value());
      CHECK(next->body() == "next");
      CHECK(peer.connections() == 1);
    }
    co_await peer.stop();
  });
}

TEST_CASE("a whole answer that closes the connection ends the sending") {
  under_each_model([]() -> task<> {
    scripted_peer peer([](peer_connection& c) -> task<> {
      co_await c.next_head();
      co_await c.send(ok_with("enough", "Connection: close\r\n"));
      co_await c.until_closed();
    });
    co_await peer.start();
    {
      client c;
      const auto body = std::make_shared<stalling>(stalling::then::waits);
      auto answer = co_await c.send(post(peer.url(), body));
      REQUIRE(answer.has_value());
      CHECK(answer->body() == "enough");
      CHECK(body->ended);
      CHECK(body->ended_by == condition::canceled);
      CHECK(c.counts().open == 0);
    }
    co_await peer.stop();
  });
}

TEST_CASE("an early refusal ends the sending although its connection could go on") {
  under_each_model([]() -> task<> {
    scripted_peer peer([](peer_connection& c) -> task<> {
      co_await c.next_head();
      co_await c.send("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
      co_await c.until_closed();
    });
    co_await peer.start();
    {
      client c;
      const auto body = std::make_shared<stalling>(stalling::then::waits);
      auto answer = co_await c.send(post(peer.url(), body));
      REQUIRE(answer.has_value());
      CHECK(answer->body() == "no");
      CHECK(body->ended_by == condition::canceled);
      const bool closed = co_await soon([&] { return c.counts().open == 0; });
      CHECK(closed);
    }
    co_await peer.stop();
  });
}

TEST_CASE("a body that fails while the answer is read is the error of the reader") {
  under_each_model([]() -> task<> {
    for (const auto how : {stalling::then::fails, stalling::then::throws}) {
      scripted_peer peer([](peer_connection& c) -> task<> {
        co_await c.next_head();
        co_await c.send(early);
        co_await c.until_closed();
      });
      co_await peer.start();
      {
        client c;
        const auto body = std::make_shared<stalling>(how);
        auto answer = co_await c.open(post(peer.url(), body));
        REQUIRE(answer.has_value());
        auto text = co_await answer->read();
        CHECK(text.has_value());
        body->go_on.set();
        std::error_code error;
        bool thrown = false;
        try {
          auto rest = co_await answer->read();
          if (!rest) error = rest.error();
        } catch (const std::runtime_error&) {
          thrown = true;
        }
        CHECK(thrown == (how == stalling::then::throws));
        CHECK((error == std::errc::io_error) == (how == stalling::then::fails));
        CHECK(!answer->complete());
      }
      co_await peer.stop();
    }
  });
}

TEST_CASE("an answer that goes while its request is sent ends the sending and the connection") {
  under_each_model([]() -> task<> {
    const auto body = std::make_shared<stalling>(stalling::then::waits);
    scripted_peer peer([&body = *body](peer_connection& c) -> task<> {
      co_await c.next_head();
      const bool began = co_await soon([&] { return body.begun.load(); });
      CHECK(began);
      co_await c.send(early);
      co_await c.until_closed();
    });
    co_await peer.start();
    {
      client c;
      {
        auto answer = co_await c.open(post(peer.url(), body));
        CHECK(answer.has_value());
      }
      const bool ended = co_await soon([&] { return body->ended && c.counts().open == 0; });
      CHECK(ended);
      CHECK(body->ended_by == condition::canceled);
    }
    co_await peer.stop();
  });
}

TEST_CASE("a cancel while the request is sent ends the sending") {
  under_each_model([]() -> task<> {
    scripted_peer peer([](peer_connection& c) -> task<> { co_await c.until_closed(); });
    co_await peer.start();
    {
      client c;
      const auto body = std::make_shared<stalling>(stalling::then::waits);
      auto asking = weft::go(c.send(post(peer.url(), body)));
      const bool began = co_await soon([&] { return body->begun.load(); });
      CHECK(began);
      asking.cancel();
      auto answer = co_await asking.join();
      REQUIRE(!answer.has_value());
      CHECK(answer.error() == condition::canceled);
      const bool ended = co_await soon([&] { return c.counts().open == 0; });
      CHECK(ended);
    }
    co_await peer.stop();
  });
}

TEST_CASE("neither a cancel nor total_timeout waits for a body whose read does not end") {
  under_each_model([]() -> task<> {
    for (const bool cancels : {true, false}) {
      scripted_peer peer([](peer_connection& c) -> task<> { co_await c.until_closed(); });
      co_await peer.start();
      {
        weft::http::client_options options;
        if (!cancels) options.total_timeout = 50ms;
        client c(options);
        const auto body = std::make_shared<deaf>();
        auto asking = weft::go(c.send(post(peer.url(), body)));
        const bool began = co_await soon([&] { return body->begun.load(); });
        CHECK(began);
        if (cancels) asking.cancel();
        const bool ended = co_await soon([&] { return asking.ended(); });
        CHECK(ended);
        const bool is_cut = co_await soon([&] { return peer.live() == 0; });
        CHECK(is_cut);
        CHECK(c.counts().open == 1);
        body->go_on.set();
        const auto answer = co_await asking.join();
        REQUIRE(!answer.has_value());
        CHECK(answer.error() == (cancels ? condition::canceled : condition::timed_out));
        const bool is_free = co_await soon([&] { return c.counts().open == 0; });
        CHECK(is_free);
      }
      co_await peer.stop();
    }
  });
}
