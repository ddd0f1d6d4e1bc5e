#include "unit/http/running_server.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using weft::task;

namespace {

std::string post(const std::string& target, const std::string& body, const std::string& more = "") {
  return "POST " + target + " HTTP/1.1\r\nHost: here\r\n" + more +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

task<std::string> measure(weft::body_stream body) {
  std::uint64_t bytes = 0;
  while (auto piece = co_await body.read()) bytes += piece->size();
  co_return std::to_string(bytes) + (body.complete() ? " complete" : " cut");
}

TEST_CASE("a handler takes its body piece by piece, within the limit of its route") {
  under_each_model([]() -> task<> {
    weft::app app;
    app.post("/upload/{name}",
             [](weft::path<std::string> name, weft::body_stream body) -> task<std::string> {
               auto measured = co_await measure(std::move(body));
               co_return *name + ' ' + measured;
             })
        .limit_body(5'000'000);
    app.post("/whole", [](weft::body text) { return std::to_string(text->size()); });
    app.post("/small", [](weft::body text) { return std::to_string(text->size()); }).limit_body(10);
    running_server server(on_a_free_port(), &app);
    server.start();
    const auto streamed =
        co_await exchange(server, post("/upload/a", std::string(5'000'000, 'x'), last));
    CHECK_THAT(streamed, EndsWith("\r\n\r\na 5000000 complete"));
    const auto too_much = co_await exchange(server, post("/upload/a", std::string(5'000'001, 'x')));
    CHECK_THAT(too_much, StartsWith("HTTP/1.1 413 "));
    const auto whole = co_await exchange(server, post("/whole", std::string(1'048'576, 'x'), last));
    CHECK_THAT(whole, EndsWith("\r\n\r\n1048576"));
    const auto refused = co_await exchange(server, post("/whole", std::string(1'048'577, 'x')));
    CHECK_THAT(refused, StartsWith("HTTP/1.1 413 "));
    const auto small = co_await exchange(server, post("/small", "0123456789", last));
    CHECK_THAT(small, EndsWith("\r\n\r\n10"));
    const auto not_small = co_await exchange(server, post("/small", "0123456789a"));
    CHECK_THAT(not_small, StartsWith("HTTP/1.1 413 "));
    const auto empty = co_await exchange(server, post("/upload/b", "", last));
    CHECK_THAT(empty, EndsWith("\r\n\r\nb 0 complete"));
    co_await server.stop();
  });
}

TEST_CASE("a stream is a reply: status, headers and middleware are those of any other") {
  under_each_model([]() -> task<> {
    weft::app app;
    app.use([](const weft::request& req, weft::next next) -> task<weft::response> {
      auto res = co_await next(req);
      res.set_header("X-Seen", "yes");
      co_return res;
    });
    app.get("/count/{n}", [](weft::path<int> n) {
      const int end = *n;
      return weft::with_status(weft::http_status::accepted,
                               weft::stream(
                                   [end](weft::body_writer& out) -> task<> {
                                     for (int i = 0; i < end; ++i)
                                       (void)co_await out.write(std::to_string(i));
                                   },
                                   "text/plain"));
    });
    app.get("/sized", []() -> task<weft::stream> {
      co_return weft::stream(
          [](weft::body_writer& out) -> task<> { (void)co_await out.write("12345"); }, "text/csv")
          .length(5);
    });
    running_server server(on_a_free_port(), &app);
    server.start();
    const auto counted = co_await exchange(server, get("/count/3") + get("/sized", last));
    CHECK_THAT(counted, StartsWith("HTTP/1.1 202 "));
    CHECK(count(counted, "X-Seen: yes\r\n") == 2);
    CHECK(count(counted, "Content-Type: text/plain\r\n") == 1);
    CHECK(count(counted, "\r\n\r\n1\r\n0\r\n1\r\n1\r\n1\r\n2\r\n0\r\n\r\n") == 1);
    CHECK(count(counted, "Content-Length: 5\r\n") == 1);
    CHECK_THAT(counted, EndsWith("\r\n\r\n12345"));
    const auto head =
        co_await exchange(server, "HEAD /sized HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK_THAT(head, ContainsSubstring("Content-Length: 5\r\n"));
    CHECK_THAT(head, EndsWith("\r\n\r\n"));
    co_await server.stop();
  });
}

TEST_CASE("a stream owns what it captures, the request's body too") {
  under_each_model([]() -> task<> {
    weft::app app;
    app.post("/shout", [](weft::body_stream body) -> task<weft::stream> {
      co_return weft::stream(
          [body = std::move(body)](weft::body_writer& out) mutable -> task<> {
            while (auto piece = co_await body.read()) {
              std::string loud(*piece);
              for (char& c : loud) c = static_cast<char>(c - ('a' - 'A'));
              (void)co_await out.write(loud);
            }
            for (const auto& [name, value] : body.trailers()) out.add_trailer(name, value);
          },
          "text/plain");
    });
    running_server server(on_a_free_port(), &app);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream,
                   "POST /shout HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    const auto first = co_await read_until(stream, "ABC\r\n");
    CHECK_THAT(first, EndsWith("\r\n\r\n3\r\nABC\r\n"));  // before the body has ended
    co_await write(stream, "2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n");
    const auto rest = co_await read_to_end(stream);
    CHECK(rest == "2\r\nDE\r\n0\r\nX-Sum: 5\r\n\r\n");
    co_await server.stop();
  });
}

TEST_CASE("a route has a time limit of its own") {
  under_each_model([]() -> task<> {
    weft::app app;
    const auto wait = []() -> task<std::string> {
      const std::error_code end = co_await weft::sleep(400ms);
      co_return end ? "cut" : "whole";
    };
    app.get("/quick", wait).limit_time(1ms);
    app.get("/slow", wait).limit_time(1h);
    app.get("/", wait);
    auto options = on_a_free_port();
    options.limits.handler_timeout = 1ms;
    running_server server(options, &app);
    server.start();
    const auto quick = co_await exchange(server, get("/quick"));
    CHECK_THAT(quick, StartsWith("HTTP/1.1 503 "));
    const auto any = co_await exchange(server, get("/"));
    CHECK_THAT(any, StartsWith("HTTP/1.1 503 "));
    const auto slow = co_await exchange(server, get("/slow", last));
    CHECK_THAT(slow, EndsWith("\r\n\r\nwhole"));
    co_await server.stop();
  });
}

TEST_CASE("a rejected request does not touch its body") {
  under_each_model([]() -> task<> {
    weft::app app;
    app.post("/{id}", [](weft::path<int>, weft::body_stream body) -> task<std::string> {
      auto measured = co_await measure(std::move(body));
      co_return measured;
    });
    running_server server(on_a_free_port(), &app);
    server.start();
    const auto answer = co_await exchange(
        server, "POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    CHECK_THAT(answer, StartsWith("HTTP/1.1 400 "));
    co_await server.stop();
  });
}

}  // namespace
