#include "running_server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <chrono>
#include <string>
#include <utility>

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using weft::task;

TEST_CASE("a connection answers one request after another") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    auto stream = co_await server.connect();
    for (int i = 0; i < 3; ++i) {
      const auto target = "/" + std::to_string(i);
      co_await write(stream, get(target));
      const auto answer = co_await read_until(stream, "GET " + target + " ");
      CHECK_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
      CHECK_THAT(answer, ContainsSubstring("\r\nDate: "));
    }
    co_await server.stop();
  });
}

TEST_CASE("pipelined requests are answered in order") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    const auto answer =
        co_await exchange(server, get("/slow") + get("/b") + get("/c", last) + get("/never"));
    CHECK(count(answer, "HTTP/1.1 200 OK") == 3);
    const auto first = answer.find("GET /slow ");
    const auto second = answer.find("GET /b ");
    const auto third = answer.find("GET /c ");
    CHECK(first < second);
    CHECK(second < third);
    CHECK(third != std::string::npos);
    co_await server.stop();
  });
}

TEST_CASE("bodies of every size arrive whole, by length and in chunks") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    for (const std::size_t size : {0U, 1U, 3000U, 4096U, 5000U, 70'000U, 1'000'000U}) {
      CAPTURE(size);
      const std::string body(size, 'b');
      const auto by_length = co_await exchange(
          server, "POST /l HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: " +
                      std::to_string(size) + "\r\n\r\n" + body);
      CHECK(by_length.ends_with("POST /l " + body));
      std::string chunks;
      for (std::size_t at = 0; at < size; at += 999) {
        const auto chunk = body.substr(at, 999);
        std::array<char, 8> length;
        std::snprintf(length.data(), length.size(), "%zx", chunk.size());
        chunks += std::string(length.data()) + "\r\n" + chunk + "\r\n";
      }
      const auto chunked =
          co_await exchange(server,
                            "POST /c HTTP/1.1\r\nHost: here\r\nConnection: close\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n" +
                                chunks + "0\r\n\r\n");
      CHECK(chunked.ends_with("POST /c " + body));
    }
    co_await server.stop();
  });
}

TEST_CASE("a body behind a head that fills the buffer arrives whole") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    for (const std::size_t padding : {1800U, 1980U, 2000U, 2040U, 3900U, 4000U, 8000U}) {
      CAPTURE(padding);
      const std::string body(9000, 'b');
      const auto answer = co_await exchange(
          server, "POST /l HTTP/1.1\r\nHost: here\r\nConnection: close\r\nX-Padding: " +
                      std::string(padding, 'p') + "\r\nContent-Length: 9000\r\n\r\n" + body);
      CHECK(answer.ends_with("POST /l " + body));
    }
    co_await server.stop();
  });
}

TEST_CASE("a client that waits for 100 Continue gets it before it sends the body") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream,
                   "POST /e HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nConnection: close\r\n"
                   "Content-Length: 4\r\n\r\n");
    const auto go_on = co_await read_until(stream, "\r\n\r\n");
    CHECK_THAT(go_on, StartsWith("HTTP/1.1 100 Continue\r\n"));
    co_await write(stream, "body");
    const auto answer = co_await read_to_end(stream);
    CHECK_THAT(answer, ContainsSubstring("POST /e body"));
    co_await server.stop();
  });
}

TEST_CASE("wrong bytes get their answer, the connection ends, and the server goes on") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    const std::pair<std::string, std::string> cases[] = {
        {"GARBAGE\r\n\r\n", "HTTP/1.1 400 "},
        {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
        {"GET / HTTP/3.0\r\nHost: h\r\n\r\n", "HTTP/1.1 505 "},
        {get("/", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), "HTTP/1.1 400 "},
        {get("/" + std::string(9000, 'a')), "HTTP/1.1 414 "},
        {get("/", "X: " + std::string(17'000, 'a') + "\r\n"), "HTTP/1.1 431 "},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n", "HTTP/1.1 413 "},
    };
    for (const auto& [bytes, expected] : cases) {
      CAPTURE(bytes.substr(0, 60));
      const auto answer = co_await exchange(server, bytes + get("/canary", last));
      CHECK_THAT(answer, StartsWith(expected));
      CHECK_THAT(answer, ContainsSubstring("Connection: close"));
      CHECK(count(answer, "canary") == 0);
      const auto next = co_await exchange(server, get("/fine", last));
      CHECK_THAT(next, StartsWith("HTTP/1.1 200 "));
    }
    co_await server.stop();
  });
}

TEST_CASE("the answer to a body past the limit arrives although the peer still sends") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.max_body_bytes = 1000;
    running_server server(options);
    server.start();
    const auto answer =
        co_await exchange(server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 40000\r\n\r\n" +
                                      std::string(40'000, 'x'));
    CHECK_THAT(answer, StartsWith("HTTP/1.1 413 "));
    CHECK_THAT(answer, ContainsSubstring("max_body_bytes"));
    co_await server.stop();
  });
}

TEST_CASE("a handler that throws is a 500 and the server goes on") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    const auto answer = co_await exchange(server, get("/throw"));
    CHECK_THAT(answer, StartsWith("HTTP/1.1 500 "));
    CHECK(count(answer, "planned") == 0);
    const auto next = co_await exchange(server, get("/fine", last));
    CHECK_THAT(next, StartsWith("HTTP/1.1 200 "));
    co_await server.stop();
  });
}

TEST_CASE("a connection that stays silent is closed without an answer") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.keep_alive_timeout = 50ms;
    running_server server(options);
    server.start();
    const auto fresh = co_await exchange(server, "");
    CHECK(fresh.empty());
    const auto used = co_await exchange(server, get("/a"));
    CHECK(count(used, "HTTP/1.1 ") == 1);
    co_await server.stop();
  });
}

TEST_CASE("the last request that a connection may send is answered with close") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.max_requests_per_connection = 2;
    running_server server(options);
    server.start();
    const auto answer = co_await exchange(server, get("/1") + get("/2") + get("/3"));
    CHECK(count(answer, "HTTP/1.1 200") == 2);
    CHECK(count(answer, "Connection: close") == 1);
    co_await server.stop();
  });
}

TEST_CASE("HTTP/1.0 is answered and closed, unless the client asks to keep the connection") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    const auto once = co_await exchange(server, "GET /a HTTP/1.0\r\n\r\nGET /b HTTP/1.0\r\n\r\n");
    CHECK(count(once, " 200 OK") == 1);
    const auto kept = co_await exchange(
        server, "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n");
    CHECK(count(kept, " 200 OK") == 2);
    co_await server.stop();
  });
}

TEST_CASE("stop answers what is under way, ends what is idle, and then returns") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    auto idle = co_await server.connect();
    co_await write(idle, get("/first"));
    co_await read_until(idle, "GET /first ");
    auto busy = weft::go(exchange(server, get("/slow")));
    while (server.server().metrics().requests != 2) (void)co_await weft::sleep(1ms);
    co_await server.stop();
    const auto answer = co_await busy.join();
    CHECK_THAT(answer, ContainsSubstring("GET /slow "));
    CHECK_THAT(answer, ContainsSubstring("Connection: close"));
    const auto nothing = co_await read_to_end(idle);
    CHECK(nothing.empty());
    CHECK(server.server().connections() == 0);
    const auto refused = co_await weft::connect(server.server().local());
    CHECK(!refused.has_value());
  });
}

TEST_CASE("a request that outlasts the drain is cancelled") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.drain_timeout = 5ms;
    running_server server(options);
    server.start();
    auto busy = co_await server.connect();
    co_await write(busy, get("/slow"));
    while (server.server().metrics().requests != 1) (void)co_await weft::sleep(1ms);
    const auto before = weft::scheduler::current().now();
    co_await server.stop();
    CHECK(weft::scheduler::current().now() - before < 40ms);
  });
}

TEST_CASE("a client that finishes its side after a request still gets the answer") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    for (const auto& target : {"/at-once", "/slow"}) {
      auto stream = co_await server.connect();
      co_await write(stream, get(target));
      stream.finish_writing();
      const auto answer = co_await read_to_end(stream);
      CHECK_THAT(answer, ContainsSubstring(std::string("GET ") + target + " "));
    }
    co_await server.stop();
  });
}

TEST_CASE("HEAD gets the length of GET's body, and neither it nor a 204 has a body") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    const auto answer = co_await exchange(
        server, "HEAD /a HTTP/1.1\r\nHost: here\r\n\r\n" + get("/nothing") + get("/b", last));
    CHECK(count(answer, "HTTP/1.1 200 OK\r\n") == 2);
    CHECK(count(answer, "HTTP/1.1 204 No Content\r\n") == 1);
    CHECK(count(answer, "Content-Length: 8\r\n") == 1);  // of "HEAD /a "
    CHECK(count(answer, "HEAD /a ") == 0);
    CHECK(count(answer, "GET /nothing ") == 0);
    CHECK(answer.ends_with("\r\n\r\nGET /b "));
    co_await server.stop();
  });
}

TEST_CASE("answers before a wrong request are sent, nothing after it is read") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    const auto answer =
        co_await exchange(server, get("/good") + "BAD\r\n\r\n" + get("/canary", last));
    CHECK(answer.find("GET /good ") < answer.find("HTTP/1.1 400 "));
    CHECK(count(answer, "HTTP/1.1 ") == 2);
    CHECK(count(answer, "canary") == 0);
    co_await server.stop();
  });
}

TEST_CASE("requests behind one whose handler throws are not answered") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    const auto answer = co_await exchange(server, get("/throw") + get("/canary", last));
    CHECK(count(answer, "HTTP/1.1 ") == 1);
    CHECK_THAT(answer, ContainsSubstring("Connection: close"));
    co_await server.stop();
  });
}

TEST_CASE("no 100 Continue is sent where the body is there already") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    const auto answer = co_await exchange(
        server,
        "POST /e HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nConnection: close\r\n"
        "Content-Length: 4\r\n\r\nbody");
    CHECK_THAT(answer, StartsWith("HTTP/1.1 200 OK"));
    CHECK_THAT(answer, ContainsSubstring("POST /e body"));
    co_await server.stop();
  });
}

TEST_CASE("a client that waits for 100 Continue with a body past the limit gets only the 413") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    const auto answer =
        co_await exchange(server,
                          "POST /e HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\n"
                          "Content-Length: 1048577\r\n\r\n");
    CHECK_THAT(answer, StartsWith("HTTP/1.1 413 "));
    co_await server.stop();
  });
}

TEST_CASE("an answer before a close arrives whole although a further request came meanwhile") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.max_requests_per_connection = 1;
    running_server server(options);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/large"));
    co_await weft::sleep(10ms);
    co_await write(stream, get("/unread"));
    const auto answer = co_await read_to_end(stream);
    CHECK(answer.size() > large_body().size());
    CHECK_THAT(answer.substr(0, 300), ContainsSubstring("Connection: close"));
    { const auto closing = std::move(stream); }
    co_await server.stop();
  });
}
