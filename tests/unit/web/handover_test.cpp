#include "support/models.hpp"
#include "support/plain_socket.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

// A new program takes over from an old one on a socket that both have inherited, under load.

namespace {

using namespace std::chrono_literals;
using weft::test::connected_to;
using weft::test::listening_on_loopback;
using weft::test::plain_socket;
using weft::test::port_of;

/// A program that serves the socket once it is told to. It is forked before there are threads.
class heir {
public:
  heir(const plain_socket& socket, const weft::test::named_model& m, std::string name) {
    int to_child[2];
    int from_child[2];
    REQUIRE(::pipe(to_child) == 0);
    REQUIRE(::pipe(from_child) == 0);
    std::fflush(nullptr);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::close(to_child[1]);
      char go = 0;
      if (::read(to_child[0], &go, 1) != 1) ::_exit(0);
      ::dup2(from_child[1], STDOUT_FILENO);
      ::_exit(serve(socket.descriptor(), m, std::move(name)));
    }
    ::close(to_child[0]);
    ::close(from_child[1]);
    start_ = to_child[1];
    said_ = from_child[0];
  }
  heir(const heir&) = delete;
  heir& operator=(const heir&) = delete;
  ~heir() {
    if (pid_ > 0) stop();
    ::close(start_);
    ::close(said_);
  }

  /// Returns when it is ready.
  void start() const {
    REQUIRE(::write(start_, "g", 1) == 1);
    char c = 0;
    while (::read(said_, &c, 1) == 1 && c != '\n') {}
    REQUIRE(c == '\n');
  }
  /// As a person would: by SIGTERM. @return the exit code
  int stop() {
    const auto pid = std::exchange(pid_, -1);
    ::kill(pid, SIGTERM);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

private:
  static int serve(int descriptor, const weft::test::named_model& m, std::string name) {
    weft::app app;
    app.get("/", [name]() -> std::string { return name; });
    app.get("/slow", [name]() -> weft::task<std::string> {
      co_await weft::sleep(20ms);
      co_return name;
    });
    weft::run_options options;
    options.model = m.value;
    options.io = m.io;
    options.listen = {"fd:" + std::to_string(descriptor)};
    options.limits.idle_grace = 2s;  // more than a client of a busy machine thinks
    return app.run(options);
  }

  pid_t pid_ = -1;
  int start_ = -1;
  int said_ = -1;
};

/// What clients have seen.
struct tally {
  std::atomic<int> by_old{0};
  std::atomic<int> by_new{0};
  std::atomic<int> lost{0};
  std::atomic<bool> done{false};
};

/// The body is "old" or "new".
bool is_whole(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 200 OK\r\n") &&
         (answer.ends_with("\r\n\r\nold") || answer.ends_with("\r\n\r\nnew"));
}

/// @return the answer, cut short where the connection has ended
std::string ask(const plain_socket& server, std::string_view request) {
  std::string answer;
  bool more = server.send(request);
  while (more && !is_whole(answer)) more = server.receive(answer) > 0;
  return answer;
}

void count(tally& seen, std::string_view answer) {
  if (!is_whole(answer)) ++seen.lost;
  else if (answer.ends_with("old")) ++seen.by_old;
  else ++seen.by_new;
}

std::string request_for(int n, std::string_view more) {
  const std::string path = n % 8 == 0 ? "/slow" : "/";
  return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + std::string(more) + "\r\n";
}

void keep_asking(std::uint16_t port, tally& seen) {
  for (int n = 0; !seen.done;) {
    const auto kept = connected_to(port);
    for (bool open = true; open && !seen.done; ++n) {
      const auto answer = ask(kept, request_for(n, ""));
      count(seen, answer);
      open = is_whole(answer) && answer.find("\r\nConnection: close\r\n") == std::string::npos;
    }
  }
}

void keep_connecting(std::uint16_t port, tally& seen) {
  for (int n = 0; !seen.done; ++n) {
    const auto fresh = connected_to(port);
    count(seen, ask(fresh, request_for(n, "Connection: close\r\n")));
  }
}

void wait_for_more(const tally& seen, const std::atomic<int>& counter) {
  const int before = counter;
  for (int i = 0; i < 10'000 && counter < before + 40 && seen.lost == 0; ++i)
    std::this_thread::sleep_for(1ms);
}

}  // namespace

TEST_CASE("a new program takes over an inherited socket, and not one request is lost") {
  for (const auto& m : weft::test::serving_models_with_io()) {
    CAPTURE(m.name);
    const auto socket = listening_on_loopback(1024);
    const auto port = port_of(socket);
    heir old_one(socket, m, "old");
    heir new_one(socket, m, "new");
    old_one.start();
    tally seen;
    std::vector<std::thread> clients;
    for (int i = 0; i < 3; ++i) {
      clients.emplace_back([&] { keep_asking(port, seen); });
      clients.emplace_back([&] { keep_connecting(port, seen); });
    }
    wait_for_more(seen, seen.by_old);
    new_one.start();
    wait_for_more(seen, seen.by_new);
    const int old_code = old_one.stop();
    wait_for_more(seen, seen.by_new);
    seen.done = true;
    for (std::thread& client : clients) client.join();
    const int new_code = new_one.stop();
    CHECK(seen.lost == 0);
    CHECK(seen.by_old >= 40);
    CHECK(seen.by_new >= 80);
    CHECK(old_code == 0);
    CHECK(new_code == 0);
  }
}
