#include "running_server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using weft::task;

namespace {

// The least allocation that fails.
std::atomic<std::size_t> too_much{SIZE_MAX};
std::atomic<std::size_t> allocations{0};
std::atomic<std::size_t> bytes_in_use{0};

/// Answers with more than the server may allocate when it writes the answer.
class starving_handler final : public weft::http_handler {
public:
  task<> handle(const weft::request& req, weft::response& res) override {
    res.body().append(req.target());
    if (req.path() != "/starve") co_return;
    res.body().append(std::string(300'000, 's'));
    too_much = 250'000;
  }
};

/// Echoes the body, and notes how many allocations there have been when its last request comes.
class counting_handler final : public weft::http_handler {
public:
  task<> handle(const weft::request& req, weft::response& res) override {
    ++calls_;
    if (calls_ == warm_up) before_ = allocations;
    if (calls_ == all_calls) after_ = allocations;
    res.set_content_type("text/plain");
    res.body().append(req.body());
    co_return;
  }
  std::size_t counted() const { return after_ - before_; }

  static constexpr int warm_up = 50;
  static constexpr int all_calls = 250;

private:
  int calls_ = 0;
  std::size_t before_ = 0;
  std::size_t after_ = 1;
};

/// Has each of so many connections answer a request, and then wait.
/// @return what the process holds for each of them, both ends together
task<std::size_t> bytes_of_an_idle_connection(running_server& server, std::size_t count) {
  std::vector<weft::tcp_stream> clients;
  clients.reserve(count);
  const auto before = bytes_in_use.load();
  for (std::size_t i = 0; i < count; ++i) {
    auto client = co_await server.connect();
    clients.push_back(std::move(client));
    co_await write(clients.back(), get("/idle"));
    co_await read_until(clients.back(), "/idle ");
  }
  co_await weft::sleep(1ms);  // so that the last one waits too
  co_return (bytes_in_use - before) / count;
}

/// Asks over and over from a thread of its own, without allocating.
void ask_again_and_again(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) {
    constexpr std::string_view request =
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
    std::array<char, 1024> answer;
    for (int i = 0; i < counting_handler::all_calls; ++i) {
      if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) break;
      if (::recv(socket, answer.data(), answer.size(), 0) <= 0) break;
    }
  }
  ::close(socket);
}

}  // namespace

// Not inlined: g++ would see free() of what operator new returned, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  void* const memory = size < too_much ? std::malloc(size) : nullptr;
  if (memory == nullptr) throw std::bad_alloc();
  bytes_in_use += ::malloc_usable_size(memory);
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory != nullptr) bytes_in_use -= ::malloc_usable_size(memory);
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  ::operator delete(memory);
}

TEST_CASE("a connection that runs out of memory ends, and the others go on") {
  under_each_model([]() -> task<> {
    starving_handler handler;
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto other = co_await server.connect();
    co_await write(other, get("/first"));
    co_await read_until(other, "/first");
    const auto nothing = co_await exchange(server, get("/starve"));
    too_much = SIZE_MAX;
    CHECK(nothing.empty());
    co_await write(other, get("/second", last));
    const auto answer = co_await read_to_end(other);
    CHECK_THAT(answer, ContainsSubstring("/second"));
    { const auto closing = std::move(other); }
    co_await server.stop();
    CHECK(server.server().connections() == 0);
  });
}

TEST_CASE("a request whose body is read whole is answered without an allocation") {
  counting_handler handler;
  run_under({"event_loop", weft::event_loop{}}, [](counting_handler& counting) -> task<> {
    running_server server(on_a_free_port(), &counting);
    server.start();
    std::thread client(ask_again_and_again, server.server().local().port);
    while (server.server().connections() == 0) (void)co_await weft::sleep(1ms);
    while (server.server().connections() != 0) (void)co_await weft::sleep(1ms);
    client.join();
    co_await server.stop();
  }(handler));
  CHECK(handler.counted() == 0);
}

#if WEFT_FRAME_POOL

// The buffer alone, or a parser with its fields, would be more.
TEST_CASE("an idle connection has neither buffer nor parser") {
  const auto idle_below = [](std::size_t most) -> task<> {
    running_server server;
    server.start();
    const auto bytes = co_await bytes_of_an_idle_connection(server, 300);
    CHECK(bytes < most);
    co_await server.stop();
  };
  run_under({"direct", weft::event_loop{}, weft::io_kind::direct}, idle_below(2'600));
  // Asio's two sockets are larger.
  run_under({"portable", weft::event_loop{}, weft::io_kind::portable}, idle_below(4'600));
}

#endif
