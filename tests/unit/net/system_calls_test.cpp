#include "net/asio_driver.hpp"
#include "net/epoll_set.hpp"

#include <weft/net/tcp_listener.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string_view>

#include "support/models.hpp"

// Stands in for the C library's functions in this program and counts the direct driver's calls.

namespace {

std::atomic<int> receives = 0;
std::atomic<int> sends = 0;
std::atomic<int> interests = 0;  // calls that change what a driver's own set watches
std::atomic<int> own_set = -1;

}  // namespace

extern "C" ssize_t recv(int descriptor, void* into, std::size_t size, int flags) {
  ++receives;
  return ::syscall(SYS_recvfrom, descriptor, into, size, flags, nullptr, nullptr);
}

extern "C" ssize_t send(int descriptor, const void* from, std::size_t size, int flags) {
  ++sends;
  return ::syscall(SYS_sendto, descriptor, from, size, flags, nullptr, 0);
}

extern "C" int epoll_ctl(int set, int operation, int descriptor, epoll_event* event) noexcept {
  if (set == own_set) ++interests;
  return static_cast<int>(::syscall(SYS_epoll_ctl, set, operation, descriptor, event));
}

namespace {

using weft::task;
using weft::tcp_listener;
using weft::tcp_stream;
using weft::test::run_under;

constexpr int rounds = 200;

task<> answer_all(tcp_listener& listener) {
  auto stream = co_await listener.accept();
  std::array<char, 64> buffer;
  for (;;) {
    auto got = co_await stream.value().read_some(buffer);
    if (!got) break;
    auto answered = co_await stream->write_all({buffer.data(), *got});
    if (!answered) break;
  }
}

task<> ask(tcp_stream& stream) {
  std::array<char, 64> buffer;
  auto sent = co_await stream.write_all("request");
  auto got = co_await stream.read_some(buffer);
  CHECK(sent.has_value());
  CHECK((got.has_value() && std::string_view(buffer.data(), *got) == "request"));
}

task<> ask_often(int most_changes) {
  auto listener = tcp_listener::open({"127.0.0.1", 0});
  REQUIRE(listener.has_value());
  auto answering = weft::go(answer_all(*listener));
  {
    auto client = co_await weft::connect(listener->local());
    REQUIRE(client.has_value());
    co_await ask(*client);  // both ends wait in the set from now on
    own_set = weft::detail::current_driver().direct_set()->descriptor();
    receives = sends = interests = 0;
    for (int i = 0; i < rounds; ++i) co_await ask(*client);
    CHECK(receives == 2 * rounds);
    CHECK(sends == 2 * rounds);
    CHECK(interests <= most_changes);
    own_set = -1;
  }
  co_await answering.join();
}

}  // namespace

TEST_CASE("a message costs one send, one recv, and no change of what is watched") {
  const auto direct = weft::io_kind::direct;
  run_under({"event_loop", weft::event_loop{}, direct}, ask_often(0));
  // With a second worker a message may once in a while come before anybody waits for it.
  constexpr int now_and_then = rounds / 5;
  run_under({"gil", weft::gil{.threads = 2}, direct}, ask_often(now_and_then));
  run_under({"parallel", weft::parallel{.workers = 2}, direct}, ask_often(now_and_then));
}
