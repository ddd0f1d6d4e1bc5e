#include "running_server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using weft::task;

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

}  // namespace

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

TEST_CASE("a full descriptor table is answered with 503 by the spare descriptor after a while") {
  under_each_model([]() -> task<> {
    const captured_errors errors;
    auto options = on_a_free_port();
    options.limits.accept_patience = 50ms;
    options.limits.keep_alive_timeout = 5s;  // what is not answered fails before long
    running_server server(options);
    server.start();
    auto served = co_await server.connect();
    const bool before = co_await serves_on(served, "/before");
    CHECK(before);
    {
      const few_descriptors limit(1);
      for (int i = 1; i <= 3; ++i) {
        const auto answer = co_await exchange(server, get("/waiting"));
        CHECK_THAT(answer, StartsWith("HTTP/1.1 503 "));
        CHECK_THAT(answer, ContainsSubstring("Retry-After"));
        const auto counted = server.server().metrics();
        CHECK(counted.rejected_for(weft::rejection_reasons::descriptors) ==
              static_cast<std::uint64_t>(i));
      }
      const bool during = co_await serves_on(served, "/during");
      CHECK(during);
    }
    const auto after = co_await exchange(server, get("/after", last));
    CHECK_THAT(after, StartsWith("HTTP/1.1 200 "));
    co_await server.stop();
  });
}

TEST_CASE("a server with a full descriptor table can be cancelled") {
  under_each_model([]() -> task<> {
    const captured_errors errors;
    running_server server;
    server.start();
    auto served = co_await server.connect();
    const bool before = co_await serves_on(served, "/before");  // all threads have started
    CHECK(before);
    const few_descriptors limit(1);
    auto waiting = co_await server.connect();
    co_await weft::sleep(5ms);
    co_await server.cancel();
    CHECK(server.server().connections() == 0);
  });
}
