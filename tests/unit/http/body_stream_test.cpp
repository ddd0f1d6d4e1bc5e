#include "streaming_handler.hpp"

#include <weft/runtime/event.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using weft::body_stream;
using weft::condition;
using weft::request;
using weft::response;
using weft::task;

namespace {

/// What was read, or what is wrong with reading it.
task<std::string> read_or_complain(body_stream& body, weft::event& complained) {
  std::string said;
  try {
    const body_read all = co_await read_all(body);
    said = all.text;
  } catch (const std::logic_error& misuse) {
    said = misuse.what();
    complained.set();
  }
  co_return said;
}

}  // namespace

TEST_CASE("a streamed body arrives whole, by length, in chunks and byte by byte") {
  under_each_model([]() -> task<> {
    streaming_handler handler(&tell_body);
    running_server server(on_a_free_port(), &handler);
    server.start();
    for (const std::size_t size : {0U, 1U, 5000U, 70'000U, 1'000'000U}) {
      CAPTURE(size);
      const std::string body(size, 'b');
      const auto by_length = co_await exchange(server, post("/l", body, last));
      CHECK(body_of(by_length) == "/l [" + body + "] complete");
    }
    const auto chunked = co_await exchange(
        server, post_chunks("/c", "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nA: b\r\nC:  d \r\n\r\n", last));
    CHECK(body_of(chunked) == "/c [abcde] A=b C=d complete");
    auto stream = co_await server.connect();
    for (const char c : post_chunks("/b", "2\r\nxy\r\n0\r\nT: r\r\n\r\n", last)) {
      co_await write(stream, std::string(1, c));
    }
    const auto slowly = co_await read_to_end(stream);
    CHECK(body_of(slowly) == "/b [xy] T=r complete");
    co_await server.stop();
  });
}

TEST_CASE("the handler of a streamed body is called when the head is complete") {
  under_each_model([]() -> task<> {
    weft::event called;
    streaming_handler handler([&called](const request& req, response& res) -> task<> {
      called.set();
      co_await tell_body(req, res);
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream,
                   "POST /h HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                   "Content-Length: 4\r\n\r\n");
    co_await called.wait();
    co_await write(stream, "body");
    const auto answer = co_await read_to_end(stream);
    CHECK(body_of(answer) == "/h [body] complete");
    co_await server.stop();
  });
}

TEST_CASE("the limit of a route holds for its streamed bodies") {
  under_each_model([]() -> task<> {
    std::atomic<int> calls{0};
    std::atomic<int> refusals{0};
    streaming_handler handler(
        [&](const request& req, response& res) -> task<> {
          ++calls;
          body_stream body(req);
          const body_read all = co_await read_all(body);
          if (all.end == condition::limit_exceeded) ++refusals;
          res.body().append("whatever it says");
        },
        std::uint64_t{10});
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto fits = co_await exchange(server, post("/", "0123456789", last));
    CHECK_THAT(fits, StartsWith("HTTP/1.1 200 "));
    const auto announced = co_await exchange(server, post("/", "0123456789a") + get("/no"));
    CHECK_THAT(announced, StartsWith("HTTP/1.1 413 "));
    CHECK(calls == 1);  // its length was enough
    const auto chunked = co_await exchange(
        server, post_chunks("/", "6\r\n012345\r\n5\r\n6789a\r\n0\r\n\r\n") + get("/no"));
    CHECK_THAT(chunked, StartsWith("HTTP/1.1 413 "));
    CHECK_THAT(chunked, ContainsSubstring("max_body_bytes"));
    CHECK(count(chunked, "HTTP/1.1 ") == 1);
    CHECK(calls == 2);
    CHECK(refusals == 1);
    co_await server.stop();
  });
}

TEST_CASE("a streamed body with wrong framing is a 400, and nothing after it is read") {
  under_each_model([]() -> task<> {
    std::atomic<int> bad{0};
    streaming_handler handler([&bad](const request& req, response& res) -> task<> {
      body_stream body(req);
      const body_read all = co_await read_all(body);
      if (all.end == condition::bad_input && !body.complete()) ++bad;
      const auto again = co_await body.read();
      if (again.has_error() && again.error() == condition::bad_input) ++bad;
      res.body().append("good");
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto answer =
        co_await exchange(server, post_chunks("/", "1\r\nx\r\nzz\r\n\r\n") + get("/canary"));
    CHECK_THAT(answer, StartsWith("HTTP/1.1 400 "));
    CHECK(count(answer, "HTTP/1.1 ") == 1);
    CHECK(bad == 2);
    co_await server.stop();
  });
}

TEST_CASE("a body that broke a rule is closed although the handler gave a producer") {
  under_each_model([]() -> task<> {
    std::unique_ptr<body_stream> kept;
    std::atomic<int> produced{0};
    streaming_handler handler([&](const request& req, response& res) -> task<> {
      kept = std::make_unique<body_stream>(req);
      (void)co_await read_all(*kept);
      produce(res, [&produced](weft::body_writer&) -> task<> {
        ++produced;
        co_return;
      });
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto answer = co_await exchange(server, post_chunks("/", "zz\r\n"));
    CHECK_THAT(answer, StartsWith("HTTP/1.1 400 "));
    CHECK(produced == 0);
    const auto late = co_await kept->read();
    CHECK(late.error() == condition::closed);
    co_await server.stop();
  });
}

TEST_CASE("a streamed body that trickles in is a 408, one that nobody reads is not late") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.body_grace = 300ms;
    options.limits.min_bytes_per_second = 1000;
    std::atomic<bool> timed_out{false};
    streaming_handler handler([&timed_out](const request& req, response& res) -> task<> {
      if (req.path() == "/later") co_await weft::sleep(500ms);
      body_stream body(req);
      const body_read all = co_await read_all(body);
      timed_out = all.end == condition::timed_out;
      res.body().append(body.complete() ? "complete" : "cut");
    });
    running_server server(options, &handler);
    server.start();
    const auto slow =
        co_await exchange(server, "POST /now HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc");
    CHECK_THAT(slow, StartsWith("HTTP/1.1 408 "));
    CHECK(timed_out);
    auto stream = co_await server.connect();
    co_await write(stream,
                   "POST /later HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                   "Content-Length: 9\r\n\r\nabc");
    co_await weft::sleep(520ms);
    co_await write(stream, "defghi");
    const auto late = co_await read_to_end(stream);
    CHECK(body_of(late) == "complete");
    co_await server.stop();
  });
}

TEST_CASE("a peer that goes away in mid-body is an error, and no answer is written") {
  under_each_model([]() -> task<> {
    weft::event ended;
    std::atomic<bool> right{false};
    streaming_handler handler([&](const request& req, response&) -> task<> {
      body_stream body(req);
      const body_read all = co_await read_all(body);
      right = all.text == "abc" && all.end == std::errc::connection_reset && !body.complete();
      ended.set();
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc");
    stream.finish_writing();
    co_await ended.wait();
    const auto nothing = co_await read_to_end(stream);
    CHECK(nothing.empty());
    CHECK(right);
    co_await server.stop();
  });
}

TEST_CASE("nothing is read from the connection that the handler has not asked for") {
  under_each_model([]() -> task<> {
    weft::event go_on;
    streaming_handler handler(
        [&go_on](const request& req, response& res) -> task<> {
          co_await go_on.wait();
          body_stream body(req);
          std::uint64_t bytes = 0;
          while (auto piece = co_await body.read()) bytes += piece->size();
          res.body().append_number(bytes);
        },
        std::uint64_t{1} << 30);
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto stream = co_await server.connect();
    auto sending = weft::go(write(stream, post("/", large_body(), last)));
    co_await weft::sleep(50ms);
    CHECK(!sending.ended());  // more than the system's buffers hold
    go_on.set();
    const bool sent = co_await sending.join();
    CHECK(sent);
    const auto answer = co_await read_to_end(stream);
    CHECK(body_of(answer) == std::to_string(large_body().size()));
    co_await server.stop();
  });
}

TEST_CASE("a second read of a body beside the first is an error, and the first goes on") {
  under_each_model([]() -> task<> {
    weft::event complained;
    streaming_handler handler([&complained](const request& req, response& res) -> task<> {
      body_stream body(req);
      body_stream same(req);
      auto other = weft::go(read_or_complain(same, complained));
      const auto own = co_await read_or_complain(body, complained);
      const auto others = co_await other.join();
      res.body().append(own + "|" + others);
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream,
                   "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                   "Content-Length: 4\r\n\r\n");
    (void)co_await complained.wait();
    co_await write(stream, "data");
    const auto answer = co_await read_to_end(stream);
    CHECK_THAT(answer, EndsWith("another read() of that body waits|data") ||
                           (ContainsSubstring("\r\n\r\ndata|") &&
                            EndsWith("another read() of that body waits")));
    co_await server.stop();
  });
}

TEST_CASE("a read after the handler's end is an error") {
  under_each_model([]() -> task<> {
    std::unique_ptr<body_stream> kept;
    streaming_handler handler([&kept](const request& req, response& res) -> task<> {
      kept = std::make_unique<body_stream>(req);
      const auto first = co_await kept->read();
      res.body().append(first ? *first : "nothing");
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, post_chunks("/", "1\r\na\r\n") + "1\r\nb\r\n0\r\nT: t\r\n\r\n");
    co_await read_until(stream, "a");
    const auto late = co_await kept->read();
    REQUIRE(!late);
    CHECK(late.error() == condition::closed);
    CHECK(!kept->complete());
    const bool goes_on = co_await write(stream, get("/next", last));
    CHECK(goes_on);
    const auto next = co_await read_to_end(stream);
    CHECK(body_of(next) == "nothing");
    co_await server.stop();
  });
}

TEST_CASE("a read that is under way when the handler ends is cut short") {
  under_each_model([]() -> task<> {
    std::error_code end;
    weft::join_handle<void>* reading = nullptr;
    std::unique_ptr<weft::join_handle<void>> handle;
    streaming_handler handler([&](const request& req, response& res) -> task<> {
      struct reader {
        static task<> run(body_stream body, std::error_code& end) {
          const auto piece = co_await body.read();
          end = piece ? std::error_code() : piece.error();
        }
      };
      handle =
          std::make_unique<weft::join_handle<void>>(weft::go(reader::run(body_stream(req), end)));
      reading = handle.get();
      co_await weft::sleep(10ms);
      res.body().append("answered");
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto answer =
        co_await exchange(server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n");
    CHECK(body_of(answer) == "answered");
    co_await reading->join();
    CHECK(end == condition::closed);
    co_await server.stop();
  });
}

TEST_CASE("100 MB pass through a handler in flat memory") {
  constexpr std::size_t megabytes = 100;
  under_each_model([]() -> task<> {
    streaming_handler handler(
        [](const request& req, response& res) -> task<> {
          body_stream body(req);
          std::uint64_t bytes = 0;
          while (auto piece = co_await body.read()) bytes += piece->size();
          res.body().append_number(bytes);
        },
        std::uint64_t{1} << 30);
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto stream = co_await server.connect();
    const std::string megabyte(1 << 20, 'm');
    co_await write(stream, "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " +
                               std::to_string(megabytes << 20) + "\r\n\r\n");
    std::size_t before = 0;
    for (std::size_t i = 0; i < megabytes; ++i) {
      const auto sent = co_await stream.write_all(megabyte);
      if (!sent) break;
      if (i == 5) before = most_memory();
    }
    const auto answer = co_await read_to_end(stream);
    CHECK(body_of(answer) == std::to_string(megabytes << 20));
    CHECK(most_memory() - before < 40 << 20);
    co_await server.stop();
  });
}

TEST_CASE("trailers reach a handler that takes the whole body, apart from the headers") {
  class whole_handler final : public weft::http_handler {
  public:
    task<> handle(const request& req, response& res) override {
      for (const auto& [name, value] : req.trailers()) {
        res.body().append(name);
        res.body().append("=");
        res.body().append(value);
        res.body().append(req.header(name) ? " merged " : " ");
      }
      res.body().append(req.body());
      co_return;
    }
  };
  under_each_model([]() -> task<> {
    whole_handler handler;
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto answer =
        co_await exchange(server, post_chunks("/", "1\r\nx\r\n0\r\nHost: b\r\nX-Sum: 17\r\n\r\n") +
                                      post_chunks("/", "1\r\ny\r\n0\r\n\r\n", last));
    CHECK(count(answer, "Host=b merged X-Sum=17 x") == 1);
    CHECK(answer.ends_with("\r\n\r\ny"));
    co_await server.stop();
  });
}

TEST_CASE("a body_stream of a request without a connection has its body in one piece") {
  run_seeded([]() -> task<> {
    request req;
    body_stream none(req);
    CHECK(none.complete());
    const auto nothing = co_await none.read();
    CHECK(nothing.error() == condition::eof);
    req.set_body("all of it");
    body_stream body(req);
    CHECK(!body.complete());
    const auto piece = co_await body.read();
    CHECK(*piece == "all of it");
    CHECK(body.complete());
    const auto end = co_await body.read();
    CHECK(end.error() == condition::eof);
  }());
}
