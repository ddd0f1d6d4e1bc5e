#include "support/models.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
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

/// A socket that listens, for programs to inherit.
class shared_socket {
public:
  shared_socket() : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(descriptor_, 1024) == 0);
    REQUIRE(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    address_ = at;
  }
  shared_socket(const shared_socket&) = delete;
  shared_socket& operator=(const shared_socket&) = delete;
  ~shared_socket() { ::close(descriptor_); }

  int descriptor() const { return descriptor_; }
  const sockaddr_in& address() const { return address_; }

private:
  int descriptor_;
  sockaddr_in address_{};
};

/// A program that serves the socket once it is told to. It is forked before there are threads.
class heir {
public:
  heir(const shared_socket& socket, const weft::test::named_model& m, std::string name) {
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

class connection {
public:
  explicit connection(const sockaddr_in& at) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() { ::close(socket_); }

  /// @return the answer, cut short where the connection has ended
  std::string ask(std::string_view request) const {
    std::string answer;
    if (!connected_ || ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) < 0) return "";
    char piece[1024];
    while (!is_whole(answer)) {
      const auto n = ::recv(socket_, piece, sizeof piece, 0);
      if (n <= 0) break;
      answer.append(piece, static_cast<std::size_t>(n));
    }
    return answer;
  }
  /// The body is "old" or "new".
  static bool is_whole(std::string_view answer) {
    return answer.starts_with("HTTP/1.1 200 OK\r\n") &&
           (answer.ends_with("\r\n\r\nold") || answer.ends_with("\r\n\r\nnew"));
  }

private:
  int socket_;
  bool connected_;
};

void count(tally& seen, std::string_view answer) {
  if (!connection::is_whole(answer)) ++seen.lost;
  else if (answer.ends_with("old")) ++seen.by_old;
  else ++seen.by_new;
}

std::string request_for(int n, std::string_view more) {
  const std::string path = n % 8 == 0 ? "/slow" : "/";
  return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + std::string(more) + "\r\n";
}

void keep_asking(const sockaddr_in& at, tally& seen) {
  for (int n = 0; !seen.done;) {
    const connection kept(at);
    for (bool open = true; open && !seen.done; ++n) {
      const auto answer = kept.ask(request_for(n, ""));
      count(seen, answer);
      open = connection::is_whole(answer) &&
             answer.find("\r\nConnection: close\r\n") == std::string::npos;
    }
  }
}

void keep_connecting(const sockaddr_in& at, tally& seen) {
  for (int n = 0; !seen.done; ++n) {
    const connection fresh(at);
    count(seen, fresh.ask(request_for(n, "Connection: close\r\n")));
  }
}

void wait_for_more(const std::atomic<int>& counter) {
  const int before = counter;
  for (int i = 0; i < 10'000 && counter < before + 40; ++i) std::this_thread::sleep_for(1ms);
}

}  // namespace

TEST_CASE("a new program takes over an inherited socket, and not one request is lost") {
  for (const auto& m : weft::test::serving_models_with_io()) {
    CAPTURE(m.name);
    const shared_socket socket;
    heir old_one(socket, m, "old");
    heir new_one(socket, m, "new");
    old_one.start();
    tally seen;
    std::vector<std::thread> clients;
    for (int i = 0; i < 3; ++i) {
      clients.emplace_back([&] { keep_asking(socket.address(), seen); });
      clients.emplace_back([&] { keep_connecting(socket.address(), seen); });
    }
    wait_for_more(seen.by_old);
    new_one.start();
    wait_for_more(seen.by_new);
    const int old_code = old_one.stop();
    wait_for_more(seen.by_new);
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
