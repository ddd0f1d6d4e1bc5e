#include "running_server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using weft::task;
using weft::tcp_stream;

namespace {

/// Leaves the process room for `count` more descriptors while it lives.
class few_descriptors {
public:
  explicit few_descriptors(rlim_t count) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = dup(STDERR_FILENO);
    close(lowest_free);
    const rlimit less{static_cast<rlim_t>(lowest_free) + count, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &less);
  }
  few_descriptors(const few_descriptors&) = delete;
  few_descriptors& operator=(const few_descriptors&) = delete;
  ~few_descriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

private:
  rlimit before_{};
};

/// Collects what the process writes to standard error while it lives.
class captured_errors {
public:
  captured_errors() : file_(std::tmpfile()), kept_(dup(STDERR_FILENO)) {
    dup2(fileno(file_), STDERR_FILENO);
  }
  captured_errors(const captured_errors&) = delete;
  captured_errors& operator=(const captured_errors&) = delete;
  ~captured_errors() {
    dup2(kept_, STDERR_FILENO);
    close(kept_);
    std::fclose(file_);
  }

  std::string text() const {
    std::array<char, 4096> buffer;
    const auto size = pread(fileno(file_), buffer.data(), buffer.size(), 0);
    return {buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
  }

private:
  std::FILE* file_;
  int kept_;
};

task<> wait_until_empty(running_server& server) {
  for (int i = 0; i < 1000 && server.server().connections() != 0; ++i) co_await weft::sleep(2ms);
}

task<bool> serves_on(tcp_stream& stream, std::string target) {
  co_await write(stream, get(target));
  const auto answer = co_await read_until(stream, "GET " + target + " ");
  co_return answer.starts_with("HTTP/1.1 200 OK");
}

}  // namespace

TEST_CASE("a connection past the limit waits until another one ends") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.max_connections = 2;
    running_server server(options);
    server.start();
    auto first = co_await server.connect();
    auto second = co_await server.connect();
    const bool one = co_await serves_on(first, "/1");
    const bool two = co_await serves_on(second, "/2");
    CHECK(one);
    CHECK(two);
    auto third = weft::go(exchange(server, get("/3", last)));
    co_await weft::sleep(60ms);
    CHECK(!third.ended());
    CHECK(server.server().connections() == 2);
    { const auto closing = std::move(first); }
    const auto answer = co_await third.join();
    CHECK_THAT(answer, ContainsSubstring("GET /3 "));
    const bool still = co_await serves_on(second, "/2");
    CHECK(still);
    co_await server.stop();
  });
}

TEST_CASE("a full descriptor table pauses accepting, says so once, and loses no request") {
  under_each_model([]() -> task<> {
    const captured_errors errors;
    running_server server;
    server.start();
    auto served = co_await server.connect();
    const bool before = co_await serves_on(served, "/before");
    CHECK(before);
    {
      const few_descriptors limit(1);
      auto waiting = co_await server.connect();  // takes the last one
      co_await write(waiting, get("/waiting", last));
      co_await weft::sleep(70ms);
      const bool during = co_await serves_on(served, "/during");
      CHECK(during);
      CHECK(server.server().connections() == 1);
      { const auto closing = std::move(served); }  // makes room
      const auto answer = co_await read_to_end(waiting);
      CHECK_THAT(answer, ContainsSubstring("GET /waiting "));
    }
    CHECK(count(errors.text(), "accepting pauses") == 1);
    co_await server.stop();
  });
}

TEST_CASE("a server with a full descriptor table can be cancelled") {
  under_each_model([]() -> task<> {
    const captured_errors errors;
    running_server server;
    server.start();
    const few_descriptors limit(1);
    auto waiting = co_await server.connect();
    co_await weft::sleep(5ms);
    co_await server.cancel();
    CHECK(server.server().connections() == 0);
  });
}

TEST_CASE("a reader that takes nothing is reset") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.write_timeout = 50ms;
    running_server server(options);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/large"));
    co_await weft::sleep(20ms);
    co_await wait_until_empty(server);
    CHECK(server.server().connections() == 0);
    const auto text = co_await read_to_end(stream);
    CHECK(text.size() < large_body().size());
    co_await server.stop();
  });
}

TEST_CASE("a reader that is slow but steady gets everything") {
  // One model is enough: it takes longer than write_timeout, which must outlast the window's stalls.
  run_under(serving_models().back(), []() -> task<> {
    auto options = on_a_free_port();
    options.limits.write_timeout = 1500ms;
    running_server server(options);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/large", last));
    std::size_t received = 0;
    std::string buffer(128 * 1024, ' ');
    for (;;) {
      auto got = co_await stream.read_some(buffer);
      if (!got) break;
      received += *got;
      co_await weft::sleep(20ms);
    }
    CHECK(received > large_body().size());
    co_await server.stop();
  }());
}

TEST_CASE("a body that trickles in is a 408, a slow and steady one is taken") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.header_timeout = 200ms;
    options.limits.body_grace = 200ms;
    options.limits.min_bytes_per_second = 1000;
    running_server server(options);
    server.start();
    for (const std::size_t piece : {1U, 100U}) {
      CAPTURE(piece);
      auto stream = co_await server.connect();
      co_await write(stream, "POST /b HTTP/1.1\r\nHost: here\r\nConnection: close\r\n"
                             "Content-Length: " +
                                 std::to_string(20 * piece) + "\r\n\r\n");
      for (int i = 0; i < 20; ++i) {
        co_await weft::sleep(25ms);
        const bool sent = co_await write(stream, std::string(piece, 'b'));
        if (!sent) break;
      }
      const auto answer = co_await read_to_end(stream);
      CHECK_THAT(answer, StartsWith(piece == 1 ? "HTTP/1.1 408 " : "HTTP/1.1 200 "));
    }
    co_await server.stop();
  });
}

TEST_CASE("trailers up to their limit are read, whatever fits into a buffer") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    for (const std::size_t size : {100U, 4000U, 6000U, 16'000U}) {
      CAPTURE(size);
      const auto answer = co_await exchange(
          server,
          "POST /t HTTP/1.1\r\nHost: here\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
          "3\r\nabc\r\n0\r\nX: " +
              std::string(size, 't') + "\r\n\r\n");
      CHECK(answer.ends_with("POST /t abc"));
    }
    const auto refused = co_await exchange(
        server, "POST /t HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " +
                    std::string(17'000, 't') + "\r\n\r\n");
    CHECK_THAT(refused, StartsWith("HTTP/1.1 431 "));
    co_await server.stop();
  });
}
