#include "streaming_handler.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using weft::body_stream;
using weft::body_writer;
using weft::condition;
using weft::request;
using weft::response;
using weft::task;

namespace {

task<> hello(body_writer& out) {
  (void)co_await out.write("Hello, ");
  (void)co_await out.write("");  // no chunk, which would be the last one
  (void)co_await out.write("world");
}

/// Answers by a producer, and target "/length" with its length.
task<> answer_hello(const request& req, response& res) {
  res.set_content_type("text/plain");
  if (req.path() == "/length") produce(res, hello, 12);
  else produce(res, hello);
  if (req.path() == "/nothing") res.set_status(weft::http_status::no_content);
  if (req.path() == "/same") res.set_status(weft::http_status::not_modified);
  if (req.path() == "/reset") res.set_status(weft::http_status::reset_content);
  co_return;
}

const std::string hello_in_chunks = "7\r\nHello, \r\n5\r\nworld\r\n0\r\n\r\n";

std::string get_1_0(const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.0\r\n" + more + "\r\n";
}

}  // namespace

TEST_CASE("a produced body is chunked, or has its length, and requests behind it are answered") {
  under_each_model([]() -> task<> {
    streaming_handler handler(&answer_hello);
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto answer = co_await exchange(server, get("/a") + get("/length") + get("/b", last));
    CHECK(count(answer, "HTTP/1.1 200 OK\r\n") == 3);
    CHECK(count(answer, "Transfer-Encoding: chunked\r\n") == 2);
    CHECK(count(answer, "Content-Length: 12\r\n") == 1);
    CHECK(count(answer, "Content-Type: text/plain\r\n") == 3);
    CHECK(count(answer, "\r\n\r\n" + hello_in_chunks + "HTTP/1.1") == 1);
    CHECK(count(answer, "\r\n\r\nHello, worldHTTP/1.1") == 1);
    CHECK_THAT(answer, EndsWith("\r\n\r\n" + hello_in_chunks));
    co_await server.stop();
  });
}

TEST_CASE("to HTTP/1.0 a produced body ends with the connection, unless it has a length") {
  under_each_model([]() -> task<> {
    streaming_handler handler(&answer_hello);
    running_server server(on_a_free_port(), &handler);
    server.start();
    const std::string keep = "Connection: keep-alive\r\n";
    const auto open_ended = co_await exchange(server, get_1_0("/a", keep) + get_1_0("/b", keep));
    CHECK(body_of(open_ended) == "Hello, world");
    CHECK_THAT(open_ended, ContainsSubstring("Connection: close\r\n"));
    CHECK(count(open_ended, "Transfer-Encoding") == 0);
    const auto sized = co_await exchange(server, get_1_0("/length", keep) + get_1_0("/length"));
    CHECK(count(sized, "Hello, world") == 2);
    co_await server.stop();
  });
}

TEST_CASE("a producer is not called for HEAD, 204, 205 and 304") {
  under_each_model([]() -> task<> {
    std::atomic<int> calls{0};
    streaming_handler handler([&calls](const request& req, response& res) -> task<> {
      co_await answer_hello(req, res);
      produce(
          res,
          [&calls](body_writer& out) -> task<> {
            ++calls;
            co_await hello(out);
          },
          res.produced_length());
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const std::string head_of = " HTTP/1.1\r\nHost: h\r\n\r\n";
    const auto answer =
        co_await exchange(server, "HEAD /a" + head_of + "HEAD /length" + head_of + get("/nothing") +
                                      get("/same") + get("/reset") + get("/length", last));
    CHECK(count(answer, "HTTP/1.1 ") == 6);
    CHECK(count(answer, "Hello") == 1);
    CHECK(count(answer, "Transfer-Encoding: chunked\r\n") == 1);  // of the first HEAD
    CHECK(count(answer, "Content-Length: 12\r\n") == 2);
    CHECK(count(answer, "Content-Length: 0\r\n") == 1);  // of 205
    CHECK(calls == 1);
    co_await server.stop();
  });
}

TEST_CASE("trailers follow the last chunk, and are left out where the body has no chunks") {
  under_each_model([]() -> task<> {
    streaming_handler handler([](const request& req, response& res) -> task<> {
      co_await answer_hello(req, res);
      produce(
          res,
          [](body_writer& out) -> task<> {
            co_await hello(out);
            out.add_trailer("X-Sum", "17");
            try {
              out.add_trailer("X-Split", "a\r\nb");
            } catch (const std::invalid_argument&) {
              out.add_trailer("X-Refused", "yes");
            }
          },
          res.produced_length());
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto chunked = co_await exchange(server, get("/a", last));
    CHECK_THAT(chunked, EndsWith("5\r\nworld\r\n0\r\nX-Sum: 17\r\nX-Refused: yes\r\n\r\n"));
    const auto sized = co_await exchange(server, get("/length", last));
    CHECK_THAT(sized, EndsWith("\r\n\r\nHello, world"));
    co_await server.stop();
  });
}

TEST_CASE("a producer that fails before its first byte is a 500") {
  under_each_model([]() -> task<> {
    streaming_handler handler([](const request&, response& res) -> task<> {
      produce(res, [](body_writer&) -> task<> {
        throw std::runtime_error("planned");
        co_return;
      });
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto answer = co_await exchange(server, get("/") + get("/canary"));
    CHECK_THAT(answer, StartsWith("HTTP/1.1 500 "));
    CHECK(count(answer, "HTTP/1.1 ") == 1);
    CHECK(count(answer, "planned") == 0);
    co_await server.stop();
  });
}

TEST_CASE("a producer that fails in mid-body never looks complete") {
  under_each_model([]() -> task<> {
    streaming_handler handler([](const request& req, response& res) -> task<> {
      co_await answer_hello(req, res);
      produce(
          res,
          [](body_writer& out) -> task<> {
            (void)co_await out.write("Hello, ");
            throw std::runtime_error("planned");
          },
          res.produced_length());
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto chunked = co_await exchange(server, get("/a") + get("/canary"));
    CHECK(body_of(chunked) == "7\r\nHello, \r\n");
    const auto sized = co_await exchange(server, get("/length") + get("/canary"));
    CHECK(body_of(sized) == "Hello, ");
    // Its end is the end of the body, so it must not come in good order.
    auto old = co_await server.connect();
    co_await write(old, get_1_0("/a"));
    std::array<char, 4096> buffer;
    std::error_code end;
    for (;;) {
      const auto got = co_await old.read_some(buffer);
      if (got) continue;
      end = got.error();
      break;
    }
    CHECK(end == std::errc::connection_reset);
    co_await server.stop();
  });
}

TEST_CASE("a body that is not as long as announced is cut, and never longer") {
  under_each_model([]() -> task<> {
    std::atomic<bool> refused{false};
    streaming_handler handler([&refused](const request& req, response& res) -> task<> {
      const bool too_long = req.path() == "/long";
      produce(
          res,
          [too_long, &refused](body_writer& out) -> task<> {
            (void)co_await out.write("12345");
            if (!too_long) co_return;
            const auto more = co_await out.write("6");
            refused = !more && more.error() == condition::limit_exceeded;
          },
          too_long ? 5 : 6);
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    for (const auto* target : {"/short", "/long"}) {
      CAPTURE(target);
      const auto answer = co_await exchange(server, get(target) + get("/canary"));
      CHECK(body_of(answer) == "12345");
    }
    CHECK(refused);
    co_await server.stop();
  });
}

TEST_CASE("flush sends the head before the first byte of the body") {
  under_each_model([]() -> task<> {
    weft::event go_on;
    streaming_handler handler([&go_on](const request&, response& res) -> task<> {
      produce(res, [&go_on](body_writer& out) -> task<> {
        (void)co_await out.flush();
        co_await go_on.wait();
        (void)co_await out.write("late");
      });
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/", last));
    const auto head = co_await read_until(stream, "\r\n\r\n");
    CHECK_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
    go_on.set();
    const auto body = co_await read_to_end(stream);
    CHECK(body == "4\r\nlate\r\n0\r\n\r\n");
    co_await server.stop();
  });
}

TEST_CASE("each write has gone when it completes, and a reader that waits holds the producer up") {
  under_each_model([]() -> task<> {
    std::atomic<std::size_t> written{0};
    weft::event done;
    streaming_handler handler([&](const request&, response& res) -> task<> {
      produce(res, [&](body_writer& out) -> task<> {
        const std::string piece(100'000, 'p');
        for (int i = 0; i < 200; ++i) {
          const auto sent = co_await out.write(piece);
          if (!sent) break;
          written += piece.size();
        }
        done.set();
      });
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/", last));
    std::size_t before = 1;
    while (before != written) {
      before = written;
      co_await weft::sleep(30ms);
    }
    CHECK(before < 20'000'000);  // it waits
    const auto rest = co_await read_to_end(stream);
    co_await done.wait();
    CHECK(written == 20'000'000);
    CHECK(count(rest, "p\r\n") == 200 * 4);  // chunks of at most 32 KiB
    CHECK_THAT(rest.substr(rest.size() - 20), EndsWith("\r\n0\r\n\r\n"));
    co_await server.stop();
  });
}

TEST_CASE("a write fails once the peer has gone, and all later ones") {
  under_each_model([]() -> task<> {
    std::error_code first;
    std::error_code second;
    weft::event done;
    streaming_handler handler([&](const request&, response& res) -> task<> {
      produce(res, [&](body_writer& out) -> task<> {
        const std::string piece(100'000, 'p');
        for (;;) {
          const auto sent = co_await out.write(piece);
          if (sent) continue;
          first = sent.error();
          break;
        }
        const auto again = co_await out.write("more");
        second = again.error();
        done.set();
      });
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    {
      auto stream = co_await server.connect();
      co_await write(stream, get("/"));
      std::array<char, 100> some;
      (void)co_await stream.read_some(some);
      stream.abort(condition::closed);
    }
    co_await done.wait();
    CHECK(first);
    CHECK(second == condition::closed);
    co_await server.stop();
  });
}

TEST_CASE("a producer reads the request's body while it writes the answer's") {
  under_each_model([]() -> task<> {
    streaming_handler handler(
        [](const request& req, response& res) -> task<> {
          auto body = std::make_shared<body_stream>(req);
          produce(res, [body](body_writer& out) -> task<> {
            while (auto piece = co_await body->read()) (void)co_await out.write(*piece);
            out.add_trailer("X-Complete", body->complete() ? "yes" : "no");
          });
          co_return;
        },
        std::uint64_t{1} << 30);
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto invited = co_await server.connect();
    co_await write(invited,
                   "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                   "Connection: close\r\nContent-Length: 3\r\n\r\n");
    const auto invitation = co_await read_until(invited, "\r\n\r\n");
    CHECK(invitation == "HTTP/1.1 100 Continue\r\n\r\n");
    co_await write(invited, "abc");
    const auto echoed = co_await read_to_end(invited);
    CHECK_THAT(echoed, StartsWith("HTTP/1.1 200 OK\r\n"));
    auto stream = co_await server.connect();
    auto sending = weft::go(write(stream, post("/", large_body(), last)));
    std::size_t received = 0;
    std::string end;
    std::array<char, 65536> buffer;
    for (;;) {
      const auto got = co_await stream.read_some(buffer);
      if (!got) break;
      received += static_cast<std::size_t>(
          std::count(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*got), 'L'));
      end = (end + std::string(buffer.data(), *got));
      end = end.substr(end.size() - std::min<std::size_t>(end.size(), 30));
    }
    const bool sent = co_await sending.join();
    CHECK(sent);
    CHECK(received >= large_body().size());
    CHECK_THAT(end, EndsWith("0\r\nX-Complete: yes\r\n\r\n"));
    co_await server.stop();
  });
}

TEST_CASE("100 MB are produced in flat memory") {
  under_each_model([]() -> task<> {
    streaming_handler handler([](const request&, response& res) -> task<> {
      produce(res, [](body_writer& out) -> task<> {
        const std::string megabyte(1 << 20, 'm');
        for (int i = 0; i < 100; ++i) {
          const auto sent = co_await out.write(megabyte);
          if (!sent) co_return;
        }
      });
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/", last));
    std::string buffer(1 << 20, ' ');
    std::size_t received = 0;
    std::size_t before = 0;
    for (;;) {
      const auto got = co_await stream.read_some(buffer);
      if (!got) break;
      received += *got;
      if (before == 0 && received > 5 << 20) before = most_memory();
    }
    CHECK(received > 100 << 20);
    CHECK(most_memory() - before < 40 << 20);
    co_await server.stop();
  });
}

TEST_CASE("tasks that write at once have their pieces whole") {
  under_each_model([]() -> task<> {
    streaming_handler handler([](const request&, response& res) -> task<> {
      produce(res, [](body_writer& out) -> task<> {
        struct writer {
          static task<> run(body_writer& out, char c) {
            for (int i = 0; i < 50; ++i) (void)co_await out.write(std::string(1000, c));
          }
        };
        weft::task_group group;
        for (const char c : {'a', 'b', 'c'}) group.go(writer::run(out, c));
        co_await group.join();
      });
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto answer = co_await exchange(server, get("/", last));
    std::size_t whole = 0;
    for (const char c : {'a', 'b', 'c'}) {
      whole += count(answer, "3e8\r\n" + std::string(1000, c) + "\r\n");
    }
    CHECK(whole == 150);
    co_await server.stop();
  });
}
