#include <weft/http/client.hpp>

#include <weft/net/tcp_listener.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "running_server.hpp"

// The client against this project's own server.

using namespace std::chrono_literals;
using namespace weft::test;
using weft::condition;
using weft::http::client;
using weft::http::client_options;
using weft::http::client_request;
using weft::http_method;
using weft::http_status;
using weft::result;
using weft::task;

namespace {

/// Says what it was asked, and redirects: /again/N N times, /loop for ever.
class asked_handler final : public weft::http_handler {
public:
  task<> handle(const weft::request& req, weft::response& res) override {
    ++requests;
    const std::string path(req.path());
    if (path.starts_with("/again/")) {
      const int left = std::stoi(path.substr(7));
      if (left > 0) {
        res.set_status(http_status::found);
        res.set_header("Location", "/again/" + std::to_string(left - 1));
        res.body().append("elsewhere");
        co_return;
      }
    }
    if (path == "/loop") {
      res.set_status(http_status::temporary_redirect);
      res.set_header("Location", "http://" + std::string(req.host()) + "/loop");
      co_return;
    }
    if (path == "/nothing") res.set_status(http_status::no_content);
    if (path == "/large") res.body().append(large_body());
    res.set_content_type("text/plain");
    res.set_header("X-Method", req.method_name());
    res.body().append(req.body());
  }

  std::atomic<int> requests{0};
};

std::string url_of(running_server& server, std::string path) {
  return "http://" + to_string(server.server().local()) + path;
}

/// A body of `pieces` times the same piece.
class repeated final : public weft::http::outgoing_body {
public:
  repeated(std::string piece, int pieces) : piece_(std::move(piece)), left_(pieces) {}
  task<result<std::string_view>> read() override {
    if (left_-- <= 0) co_return condition::eof;
    co_return piece_;
  }

private:
  const std::string piece_;
  int left_;
};

task<> ask_many(client& c, std::string url, int times, std::atomic<int>& right) {
  for (int i = 0; i < times; ++i) {
    const std::string body = url + "#" + std::to_string(i);
    auto answer = co_await c.post(url, body, "text/plain");
    if (answer && answer->status() == http_status::ok && answer->body() == body) ++right;
  }
}

}  // namespace

TEST_CASE("a client gets, posts and sends") {
  under_each_model([]() -> task<> {
    asked_handler handler;
    running_server server(on_a_free_port(), &handler);
    server.start();
    {
      client c;
      auto got = co_await c.get(url_of(server, "/a"));
      REQUIRE(got.has_value());
      CHECK(got->status() == http_status::ok);
      CHECK(got->ok());
      CHECK(got->header("content-type") == "text/plain");
      CHECK(got->header("X-Method") == "GET");
      CHECK(got->body().empty());
      auto posted = co_await c.post(url_of(server, "/b"), "hello", "text/plain");
      REQUIRE(posted.has_value());
      CHECK(posted->body() == "hello");
      client_request put(http_method::put, url_of(server, "/c?d"));
      put.set_body("more");
      auto sent = co_await c.send(put);
      REQUIRE(sent.has_value());
      CHECK(sent->body() == "more");
      CHECK(sent->header("X-Method") == "PUT");
      CHECK(sent->url() == put.url());
    }
    co_await server.stop();
  });
}

TEST_CASE("one connection serves all requests that come one after another") {
  under_each_model([]() -> task<> {
    asked_handler handler;
    running_server server(on_a_free_port(), &handler);
    server.start();
    {
      client c;
      client_request head(http_method::head, url_of(server, "/large"));
      client_request nothing(http_method::get, url_of(server, "/nothing"));
      for (int i = 0; i < 5; ++i) {
        auto got = co_await c.get(url_of(server, "/a"));
        auto large = co_await c.get(url_of(server, "/large"));
        auto headed = co_await c.send(head);
        auto empty = co_await c.send(nothing);
        REQUIRE(got.has_value());
        REQUIRE(large.has_value());
        CHECK(large->body() == large_body());
        REQUIRE(headed.has_value());
        CHECK(headed->header("Content-Length") == std::to_string(large_body().size()));
        CHECK(headed->body().empty());
        REQUIRE(empty.has_value());
        CHECK(empty->status() == http_status::no_content);
      }
      const auto counts = c.counts();
      CHECK(counts.made == 1);
      CHECK(counts.reused == 19);
      CHECK(counts.open == 1);
      CHECK(counts.idle == 1);
      CHECK(server.server().connections() == 1);
    }
    co_await server.stop();
  });
}

TEST_CASE("many tasks share one client, on at most as many connections as it may have") {
  under_each_model([]() -> task<> {
    asked_handler handler;
    running_server server(on_a_free_port(), &handler);
    server.start();
    std::atomic<int> right{0};
    {
      client_options options;
      options.max_connections_per_host = 4;
      client c(options);
      weft::task_group group;
      for (int i = 0; i < 16; ++i)
        group.deal(ask_many(c, url_of(server, "/" + std::to_string(i)), 20, right));
      co_await group.join();
      CHECK(right == 16 * 20);
      CHECK(c.counts().open <= 4);
      CHECK(c.counts().made + c.counts().reused == 16 * 20);
    }
    co_await server.stop();
  });
}

TEST_CASE("redirects are followed up to a bound, on the same connection") {
  under_each_model([]() -> task<> {
    asked_handler handler;
    running_server server(on_a_free_port(), &handler);
    server.start();
    {
      client c;
      auto got = co_await c.post(url_of(server, "/again/10"), "dropped", "text/plain");
      REQUIRE(got.has_value());
      CHECK(got->url() == url_of(server, "/again/0"));
      CHECK(got->header("X-Method") == "GET");
      CHECK(c.counts().made == 1);
      auto too_many = co_await c.get(url_of(server, "/again/11"));
      CHECK(too_many.error() == condition::limit_exceeded);
      handler.requests = 0;
      auto loop = co_await c.post(url_of(server, "/loop"), "kept", "text/plain");
      CHECK(loop.error() == condition::limit_exceeded);
      CHECK(handler.requests == 11);

      client_options options;
      options.max_redirects = 0;
      client off(options);
      auto as_it_is = co_await off.get(url_of(server, "/again/1"));
      REQUIRE(as_it_is.has_value());
      CHECK(as_it_is->status() == http_status::found);
      CHECK(as_it_is->body() == "elsewhere");
    }
    co_await server.stop();
  });
}

TEST_CASE("bodies are streamed in both directions") {
  under_each_model([]() -> task<> {
    asked_handler handler;
    auto options = on_a_free_port();
    options.limits.max_body_bytes = 64 * 1024 * 1024;
    running_server server(options, &handler);
    server.start();
    {
      client c;
      const std::string piece(100'000, 'p');
      for (const bool is_announced : {true, false}) {
        client_request request(http_method::post, url_of(server, "/echo"));
        std::optional<std::uint64_t> length;
        if (is_announced) length = 20 * piece.size();
        request.set_body(std::make_shared<repeated>(piece, 20), length);
        auto answer = co_await c.open(request);
        REQUIRE(answer.has_value());
        CHECK(answer->content_length() == 20 * piece.size());
        std::size_t bytes = 0;
        for (;;) {
          auto got = co_await answer->read();
          if (!got) break;
          bytes += got->size();
        }
        CHECK(answer->complete());
        CHECK(bytes == 20 * piece.size());
      }
      CHECK(c.counts().made == 1);
    }
    co_await server.stop();
  });
}

TEST_CASE("a body that is longer or shorter than announced is not sent as a whole") {
  under_each_model([]() -> task<> {
    asked_handler handler;
    running_server server(on_a_free_port(), &handler);
    server.start();
    {
      client c;
      client_request request(http_method::post, url_of(server, "/echo"));
      request.set_body(std::make_shared<repeated>("four", 3), 13);
      auto less = co_await c.send(request);
      CHECK(less.error() == condition::bad_input);
      request.set_body(std::make_shared<repeated>("four", 3), 11);
      auto more = co_await c.send(request);
      CHECK(more.error() == condition::limit_exceeded);
      CHECK(handler.requests == 0);
      CHECK(c.counts().open == 0);
    }
    co_await server.stop();
  });
}

TEST_CASE("an answer may outlive its client, and be dropped half read") {
  under_each_model([]() -> task<> {
    asked_handler handler;
    running_server server(on_a_free_port(), &handler);
    server.start();
    {
      auto c = std::make_unique<client>();
      client_request request(http_method::get, url_of(server, "/large"));
      auto first = co_await c->open(request);
      auto second = co_await c->open(request);
      REQUIRE(first.has_value());
      REQUIRE(second.has_value());
      c.reset();
      std::size_t bytes = 0;
      for (;;) {
        auto got = co_await first->read();
        if (!got) break;
        bytes += got->size();
      }
      CHECK(bytes == large_body().size());
      auto begun = co_await second->read();
      CHECK(begun.has_value());
      CHECK_FALSE(second->complete());
    }
    co_await server.stop();
    CHECK(server.server().connections() == 0);
  });
}

TEST_CASE("what no request can be made of is told before anything is sent") {
  under_each_model([]() -> task<> {
    client c;
    auto no_url = co_await c.get("/x");
    CHECK(no_url.error() == condition::bad_input);
    auto tls = co_await c.get("https://127.0.0.1/");
    CHECK(tls.error() == std::errc::protocol_not_supported);
    weft::endpoint closed;
    {
      const weft::endpoint any{"127.0.0.1", 0};
      auto listener = weft::tcp_listener::open(any);
      REQUIRE(listener.has_value());
      closed = listener->local();
    }
    auto refused = co_await c.get("http://" + to_string(closed) + "/");
    CHECK(refused.error() == condition::refused);
    CHECK(c.counts().open == 0);
    CHECK_THROWS_AS(client({.proxy_authorization = "a\r\nb"}), std::invalid_argument);
  });
}
