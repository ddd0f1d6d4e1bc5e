#include "streaming_handler.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <string>

// What a handler leaves of its request's body, and the permission to send it.

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using weft::request;
using weft::response;
using weft::task;

TEST_CASE("requests behind a streamed body are answered, what it left unread is dropped") {
  under_each_model([]() -> task<> {
    streaming_handler handler([](const request& req, response& res) -> task<> {
      if (req.path() == "/read") co_return co_await tell_body(req, res);
      res.body().append("unread ");
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const std::string some(30'000, 's');
    const auto answer = co_await exchange(server, post("/read", some) + post("/skip", some) +
                                                      post_chunks("/skip", "1\r\nx\r\n0\r\n\r\n") +
                                                      post("/read", "end", last));
    CHECK(count(answer, "HTTP/1.1 200 OK") == 4);
    CHECK(count(answer, "unread ") == 2);
    CHECK(answer.ends_with("/read [end] complete"));
    co_await server.stop();
  });
}

TEST_CASE("a body left unread past max_drain_bytes ends the connection, after the answer") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.max_drain_bytes = 1000;
    streaming_handler handler([](const request&, response& res) -> task<> {
      res.body().append("unread");
      co_return;
    });
    running_server server(options, &handler);
    server.start();
    const auto announced =
        co_await exchange(server, post("/", std::string(1001, 'x')) + get("/no"));
    CHECK_THAT(announced, ContainsSubstring("Connection: close\r\n"));
    CHECK(count(announced, "HTTP/1.1 ") == 1);
    const auto kept = co_await exchange(server, post("/", std::string(1000, 'x')) + get("/", last));
    CHECK(count(kept, "HTTP/1.1 200") == 2);
    // How long a chunked one is, is not known when it is answered.
    const auto chunked = co_await exchange(
        server, post_chunks("/", "3e9\r\n" + std::string(1001, 'x') + "\r\n") + get("/no"));
    CHECK(count(chunked, "HTTP/1.1 200") == 1);
    CHECK(body_of(chunked) == "unread");
    co_await server.stop();
  });
}

TEST_CASE("100 Continue is sent when the handler first reads the body, not before") {
  under_each_model([]() -> task<> {
    weft::event read_now;
    streaming_handler handler([&read_now](const request& req, response& res) -> task<> {
      co_await read_now.wait();
      co_await tell_body(req, res);
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream,
                   "POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                   "Connection: close\r\nContent-Length: 4\r\n\r\n");
    auto invitation = weft::go(read_until(stream, "\r\n\r\n"));
    co_await weft::sleep(20ms);
    CHECK(!invitation.ended());
    read_now.set();
    const auto invited = co_await invitation.join();
    CHECK(invited == "HTTP/1.1 100 Continue\r\n\r\n");
    co_await write(stream, "body");
    const auto answer = co_await read_to_end(stream);
    CHECK_THAT(answer, StartsWith("HTTP/1.1 200 OK"));
    CHECK(body_of(answer) == "/e [body] complete");
    co_await server.stop();
  });
}

TEST_CASE("a handler that answers without reading sends no 100 Continue, and the connection ends") {
  under_each_model([]() -> task<> {
    streaming_handler handler([](const request&, response& res) -> task<> {
      res.set_status(weft::http_status::forbidden);
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto answer = co_await exchange(
        server, "POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    CHECK_THAT(answer, StartsWith("HTTP/1.1 403 "));
    CHECK_THAT(answer, ContainsSubstring("Connection: close\r\n"));
    co_await server.stop();
  });
}
