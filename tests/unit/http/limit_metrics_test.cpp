#include "running_server.hpp"

#include <weft/http/metrics.hpp>
#include <weft/runtime/event.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstdint>
#include <string>

// Each limit is met exactly, answered past it with its option's name, and counted under its reason.

using namespace std::chrono_literals;
using namespace weft;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

std::string dots(std::size_t count) { return std::string(count, '.'); }

const std::string post = "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n";
const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";

std::string post_of(std::size_t size) {
  return post + "Content-Length: " + std::to_string(size) + "\r\n\r\n" + dots(size);
}

/// A limit on bytes or counts of one request, and a request that meets or passes it by one.
struct request_limit {
  std::string option;
  void (*set)(http_limits&);
  std::string at;
  std::string past;
  std::string status;
  std::string reason;
};

const std::string line_end = " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
const std::string head =
    "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n";  // 28 bytes of headers

const request_limit request_limits[] = {
    {"max_request_line_bytes", [](http_limits& l) { l.max_request_line_bytes = 40; },
     "GET /" + dots(26) + line_end, "GET /" + dots(27) + line_end, "414", "request_line_too_long"},
    {"max_header_bytes", [](http_limits& l) { l.max_header_bytes = 60; },
     head + "A: " + dots(27) + "\r\n\r\n", head + "A: " + dots(28) + "\r\n\r\n", "431",
     "headers_too_large"},
    {"max_header_bytes", [](http_limits& l) { l.max_header_bytes = 60; },
     chunked + "0\r\nA: " + dots(55) + "\r\n\r\n", chunked + "0\r\nA: " + dots(56) + "\r\n\r\n",
     "431", "trailers_too_large"},
    {"max_header_count", [](http_limits& l) { l.max_header_count = 3; }, head + "A: b\r\n\r\n",
     head + "A: b\r\nA: b\r\n\r\n", "431", "too_many_headers"},
    {"max_header_count", [](http_limits& l) { l.max_header_count = 3; },
     chunked + "0\r\nA: b\r\nA: b\r\nA: b\r\n\r\n",
     chunked + "0\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n\r\n", "431", "too_many_trailers"},
    {"max_body_bytes", [](http_limits& l) { l.max_body_bytes = 8; }, post_of(8), post_of(9), "413",
     "body_too_large"},
    {"max_body_bytes", [](http_limits& l) { l.max_body_bytes = 8; },
     chunked + "4\r\n....\r\n4\r\n....\r\n0\r\n\r\n",
     chunked + "4\r\n....\r\n5\r\n.....\r\n0\r\n\r\n", "413", "body_too_large"},
    {"max_chunk_extension_bytes", [](http_limits& l) { l.max_chunk_extension_bytes = 4; },
     chunked + "1;a=b\r\n.\r\n0\r\n\r\n", chunked + "1;a=bc\r\n.\r\n0\r\n\r\n", "400",
     "chunk_extension_too_large"},
    {"max_chunk_extensions_bytes", [](http_limits& l) { l.max_chunk_extensions_bytes = 4; },
     chunked + "1;a\r\n.\r\n1;b\r\n.\r\n0\r\n\r\n", chunked + "1;a\r\n.\r\n1;bc\r\n.\r\n0\r\n\r\n",
     "400", "chunk_extensions_too_large"},
};

task<> check_limit(const request_limit& limit) {
  auto options = on_a_free_port();
  limit.set(options.limits);
  running_server server(options);
  server.start();

  const auto taken = co_await exchange(server, limit.at);
  CHECK_THAT(taken, StartsWith("HTTP/1.1 200 "));
  CHECK(server.server().metrics().rejected.empty());

  const auto refused = co_await exchange(server, limit.past);
  CHECK_THAT(refused, StartsWith("HTTP/1.1 " + limit.status));
  CHECK_THAT(refused, ContainsSubstring(limit.option));
  CHECK_THAT(refused, ContainsSubstring("Connection: close"));
  CHECK(server.server().metrics().rejected_for(limit.reason) == 1);
  CHECK(server.server().metrics().rejected.size() == 1);
  co_await server.stop();
}

task<std::uint64_t> rejected_for(running_server& server, std::string_view reason) {
  std::uint64_t count = 0;
  for (int i = 0; i < 1000 && count == 0; ++i) {
    count = server.server().metrics().rejected_for(reason);
    co_await sleep(2ms);
  }
  co_return count;
}

/// Holds every request until it is let go.
class waiting_handler final : public http_handler {
public:
  task<> handle(const request&, response& res) override {
    begun.set();
    const auto waited = co_await let_go.wait();
    if (waited) res.body().append("done");
  }
  event begun;
  event let_go;
};

}  // namespace

TEST_CASE("a limit on a request passes what meets it, and names and counts what passes it") {
  under_each_model([]() -> task<> {
    for (const auto& limit : request_limits) {
      CAPTURE(limit.option, limit.reason);
      co_await check_limit(limit);
    }
  });
}

TEST_CASE("a limit of 0 is no infinity") {
  struct zero_limit {
    void (*set)(http_limits&);
    std::string bytes;
    std::string answer;
  };
  static const zero_limit zeros[] = {
      {[](http_limits& l) { l.max_request_line_bytes = 0; }, get("/"), "HTTP/1.1 414 "},
      {[](http_limits& l) { l.max_header_bytes = 0; }, get("/"), "HTTP/1.1 431 "},
      {[](http_limits& l) { l.max_header_count = 0; }, get("/"), "HTTP/1.1 431 "},
      {[](http_limits& l) { l.max_body_bytes = 0; }, post_of(1), "HTTP/1.1 413 "},
      {[](http_limits& l) { l.max_chunk_extension_bytes = 0; }, chunked + "0;a\r\n\r\n",
       "HTTP/1.1 400 "},
      {[](http_limits& l) { l.max_chunk_extensions_bytes = 0; }, chunked + "0;a\r\n\r\n",
       "HTTP/1.1 400 "},
      {[](http_limits& l) { l.header_timeout = 0ms; }, "GET / HT", "HTTP/1.1 408 "},
      {[](http_limits& l) { l.body_grace = 0ms; }, post + "Content-Length: 2\r\n\r\n.",
       "HTTP/1.1 408 "},
      {[](http_limits& l) { l.keep_alive_timeout = 0ms; }, "", ""},
      {[](http_limits& l) { l.max_requests_per_connection = 0; }, get("/"),
       "HTTP/1.1 200 OK\r\nServer: weft"},
      {[](http_limits& l) { l.max_unread_bytes = 0; }, get("/", last), "HTTP/1.1 200 "},
      {[](http_limits& l) {
         l.max_drain_bytes = 0;
         l.max_body_bytes = 0;
       },
       post + "Content-Length: 1\r\n\r\n", "HTTP/1.1 413 "},
      {[](http_limits& l) { l.max_requests_in_flight = 0; }, get("/", last), "HTTP/1.1 503 "},
      {[](http_limits& l) { l.max_queue_delay = 0ms; }, get("/", last), "HTTP/1.1 503 "},
      {[](http_limits& l) {
         l.max_connections = 0;
         l.accept_patience = 0ms;
       },
       get("/"), "HTTP/1.1 503 "},
  };
  under_each_model([]() -> task<> {
    for (const auto& zero : zeros) {
      CAPTURE(zero.bytes, zero.answer);
      auto options = on_a_free_port();
      zero.set(options.limits);
      running_server server(options);
      server.start();
      const auto answer = co_await exchange(server, zero.bytes);
      CHECK_THAT(answer, StartsWith(zero.answer));
      CHECK(answer.empty() == zero.answer.empty());
      co_await server.stop();
    }
  });
}

TEST_CASE("a head that is too slow is counted and its answer names header_timeout") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.header_timeout = 300ms;
    running_server server(options);
    server.start();
    auto steady = co_await server.connect();
    auto slow = co_await server.connect();
    const auto request = get("/steady", last);
    co_await write(steady, request.substr(0, 10));
    co_await write(slow, request.substr(0, 10));
    co_await sleep(50ms);
    co_await write(steady, request.substr(10));
    const auto taken = co_await read_to_end(steady);
    CHECK_THAT(taken, StartsWith("HTTP/1.1 200 "));
    CHECK(server.server().metrics().rejected.empty());
    const auto refused = co_await read_to_end(slow);
    CHECK_THAT(refused, StartsWith("HTTP/1.1 408 "));
    CHECK_THAT(refused, ContainsSubstring("header_timeout"));
    CHECK(server.server().metrics().rejected_for(rejection_reasons::header_timeout) == 1);
    co_await server.stop();
  });
}

TEST_CASE("a body that is too slow is counted and its answer names min_bytes_per_second") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.body_grace = 100ms;
    running_server server(options);
    server.start();
    const auto refused = co_await exchange(server, post + "Content-Length: 9\r\n\r\n.");
    CHECK_THAT(refused, StartsWith("HTTP/1.1 408 "));
    CHECK_THAT(refused, ContainsSubstring("min_bytes_per_second"));
    CHECK(server.server().metrics().rejected_for(rejection_reasons::body_pace) == 1);
    co_await server.stop();
  });
}

TEST_CASE("a reader that takes nothing is counted") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.write_timeout = 50ms;
    running_server server(options);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/large"));
    const auto count = co_await rejected_for(server, rejection_reasons::slow_reader);
    CHECK(count == 1);
    co_await server.stop();
  });
}

TEST_CASE("a connection that stays silent is counted, one that closes by itself is not") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.keep_alive_timeout = 50ms;
    running_server server(options);
    server.start();
    co_await exchange(server, get("/", last));
    CHECK(server.server().metrics().rejected.empty());
    co_await exchange(server, get("/"));
    const auto count = co_await rejected_for(server, rejection_reasons::idle);
    CHECK(count == 1);
    co_await server.stop();
  });
}

TEST_CASE("max_requests_per_connection requests are answered, the last one with close") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.max_requests_per_connection = 3;
    running_server server(options);
    server.start();
    co_await exchange(server, get("/1") + get("/2") + get("/3", last));
    CHECK(server.server().metrics().rejected.empty());
    const auto answers = co_await exchange(server, get("/1") + get("/2") + get("/3") + get("/4"));
    CHECK(count(answers, "HTTP/1.1 200 ") == 3);
    CHECK(count(answers, "Connection: close") == 1);
    CHECK(server.server().metrics().rejected_for(rejection_reasons::request_count) == 1);
    co_await server.stop();
  });
}

TEST_CASE("no more than max_unread_bytes are read ahead of the request that is answered") {
  under_each_model([]() -> task<> {
    const auto first = get("/first");
    auto options = on_a_free_port();
    options.limits.max_unread_bytes = first.size();
    waiting_handler handler;
    running_server server(options, &handler);
    server.start();
    auto stream = co_await server.connect();
    std::string flood = first;
    for (int i = 0; i < 100; ++i) flood += get("/next", i == 99 ? last : "");
    co_await write(stream, flood);
    auto began = co_await handler.begun.wait();
    CHECK(began.has_value());
    co_await sleep(20ms);
    CHECK(server.server().metrics().received_bytes == first.size());
    handler.let_go.set();
    const auto answers = co_await read_to_end(stream);
    CHECK(count(answers, "done") == 101);
    CHECK(server.server().metrics().received_bytes == flood.size());
    co_await server.stop();
  });
}

TEST_CASE("of a refused body max_drain_bytes are read, and then the connection closes") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.max_body_bytes = 0;
    options.limits.max_drain_bytes = 10'000;
    running_server server(options);
    server.start();
    auto stream = co_await server.connect();
    const std::string head_of_post = post + "Content-Length: 1000000\r\n\r\n";
    co_await write(stream, head_of_post);
    const auto refused = co_await read_to_end(stream);
    CHECK_THAT(refused, StartsWith("HTTP/1.1 413 "));
    for (int i = 0; i < 100; ++i) co_await write(stream, dots(10'000));
    for (int i = 0; i < 1000 && server.server().connections() != 0; ++i) co_await sleep(2ms);
    CHECK(server.server().metrics().received_bytes == head_of_post.size() + 10'000);
    co_await server.stop();
  });
}

TEST_CASE("what a stop ends is counted") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    auto idle = co_await server.connect();
    const bool served = co_await serves_on(idle, "/idle");
    CHECK(served);
    auto busy = weft::go(exchange(server, get("/slow")));
    for (int i = 0; i < 1000 && server.server().metrics().requests != 2; ++i) co_await sleep(1ms);
    co_await server.stop();
    const auto answer = co_await busy.join();
    CHECK_THAT(answer, ContainsSubstring("Connection: close"));
    CHECK(server.server().metrics().rejected_for(rejection_reasons::stopping) == 2);
  });
}

TEST_CASE("a server counts connections, requests, answers and bytes") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    auto stream = co_await server.connect();
    co_await serves_on(stream, "/1");
    CHECK(server.server().metrics().open_connections == 1);
    const auto sent = get("/throw") + get("/never");
    const auto failed = co_await exchange(server, sent);
    const auto refused = co_await exchange(server, "GARBAGE\r\n\r\n");
    { const auto closing = std::move(stream); }
    co_await server.stop();

    const auto counted = server.server().metrics();
    CHECK(counted.open_connections == 0);
    CHECK(counted.accepted_connections == 3);
    CHECK(counted.requests == 2);
    CHECK(counted.responses[2] == 1);
    CHECK(counted.responses[4] == 1);
    CHECK(counted.responses[5] == 1);
    CHECK(counted.received_bytes == get("/1").size() + sent.size() + 11);
    CHECK(counted.sent_bytes > failed.size() + refused.size());
    CHECK(counted.rejected_for("request_line") == 1);
    CHECK(counted.rejected_for("host") == 0);
  });
}
