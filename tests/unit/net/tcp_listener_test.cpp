#include <weft/net/tcp_listener.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <catch2/catch_test_macros.hpp>

#include <fcntl.h>
#include <sys/socket.h>

#include <chrono>
#include <optional>
#include <utility>

#include "support/models.hpp"
#include "support/under_each_model.hpp"

using namespace std::chrono_literals;
using weft::condition;
using weft::endpoint;
using weft::task;
using weft::tcp_listener;
using weft::test::under_each_model;

namespace {

const endpoint any_port{"127.0.0.1", 0};

task<std::error_code> accept_error(tcp_listener& listener) {
  auto accepted = co_await listener.accept();
  co_return accepted ? std::error_code() : accepted.error();
}

/// Sockets of this process that a program it starts would inherit.
int inheritable_sockets() {
  int count = 0;
  for (int descriptor = 0; descriptor < 1024; ++descriptor) {
    int type = 0;
    socklen_t size = sizeof(type);
    if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0) continue;
    if ((fcntl(descriptor, F_GETFD) & FD_CLOEXEC) == 0) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("port 0 takes a free port and tells which") {
  weft::scheduler scheduler(weft::event_loop{});
  scheduler.run([]() -> task<> {
    auto listener = tcp_listener::open(any_port);
    REQUIRE(listener.has_value());
    CHECK(listener->local().host == "127.0.0.1");
    CHECK(listener->local().port != 0);
    co_return;
  }());
}

TEST_CASE("a taken port is refused") {
  weft::scheduler scheduler(weft::event_loop{});
  scheduler.run([]() -> task<> {
    auto first = tcp_listener::open(any_port);
    REQUIRE(first.has_value());
    auto second = tcp_listener::open(first->local());
    REQUIRE(!second.has_value());
    CHECK(second.error() == condition::refused);
    co_return;
  }());
}

TEST_CASE("an address of another machine cannot be listened on") {
  weft::scheduler scheduler(weft::event_loop{});
  scheduler.run([]() -> task<> {
    auto listener = tcp_listener::open({"192.0.2.1", 0});
    CHECK(!listener.has_value());
    co_return;
  }());
}

TEST_CASE("close ends a waiting accept") {
  under_each_model([]() -> task<> {
    auto listener = tcp_listener::open(any_port);
    REQUIRE(listener.has_value());
    auto waiting = weft::go(accept_error(*listener));
    co_await weft::sleep(5ms);
    listener->close();
    const auto error = co_await waiting.join();
    CHECK(error == condition::closed);
    const auto again = co_await accept_error(*listener);
    CHECK(again == condition::closed);
  });
}

TEST_CASE("a cancelled accept leaves the listener usable") {
  under_each_model([]() -> task<> {
    auto listener = tcp_listener::open(any_port);
    REQUIRE(listener.has_value());
    auto waiting = weft::go(accept_error(*listener));
    co_await weft::sleep(5ms);
    waiting.cancel();
    const auto error = co_await waiting.join();
    CHECK(error == condition::canceled);
    auto accepting = weft::go(accept_error(*listener));
    auto client = co_await weft::connect(listener->local());
    CHECK(client.has_value());
    const auto accepted = co_await accepting.join();
    CHECK(!accepted);
  });
}

TEST_CASE("connecting to a port without listener is refused") {
  under_each_model([]() -> task<> {
    endpoint free_port;
    {
      auto listener = tcp_listener::open(any_port);
      free_port = listener->local();
    }
    auto client = co_await weft::connect(free_port);
    REQUIRE(!client.has_value());
    CHECK(client.error() == condition::refused);
  });
}

TEST_CASE("no socket is inherited by a program that the process starts") {
  under_each_model([]() -> task<> {
    const int before = inheritable_sockets();
    auto listener = tcp_listener::open(any_port);
    REQUIRE(listener.has_value());
    auto client = co_await weft::connect(listener->local());
    auto server = co_await listener->accept();
    CHECK(client.has_value());
    CHECK(server.has_value());
    CHECK(inheritable_sockets() == before);
  });
}

TEST_CASE("an IPv6 address is listened on and connected to") {
  under_each_model([]() -> task<> {
    auto listener = tcp_listener::open({"::1", 0});
    REQUIRE(listener.has_value());
    auto client = co_await weft::connect(listener->local());
    REQUIRE(client.has_value());
    auto server = co_await listener->accept();
    REQUIRE(server.has_value());
    CHECK(server->remote().host == "::1");
  });
}

TEST_CASE("cancel races with a connection that arrives, and none is lost") {
  under_each_model([]() -> task<> {
    auto listener = tcp_listener::open(any_port);
    REQUIRE(listener.has_value());
    int accepted = 0;
    constexpr int rounds = 200;
    for (int round = 0; round < rounds; ++round) {
      auto accepting = weft::go(accept_error(*listener));
      co_await weft::yield();
      auto client = co_await weft::connect(listener->local());
      REQUIRE(client.has_value());
      accepting.cancel();
      const auto error = co_await accepting.join();
      if (!error) ++accepted;
      else CHECK(error == condition::canceled);
    }
    for (; accepted < rounds; ++accepted) {
      const auto error = co_await accept_error(*listener);
      CHECK(!error);
    }
  });
}

namespace {

task<> open_into(std::optional<tcp_listener>& kept) {
  auto opened = tcp_listener::open(any_port);
  if (opened) kept.emplace(std::move(*opened));
  co_return;
}

}  // namespace

TEST_CASE("a listener outlives the scheduler in which it was opened") {
  for (const auto& m : weft::test::serving_models_with_io()) {
    CAPTURE(m.name);
    std::optional<tcp_listener> kept;
    weft::test::run_under(m, open_into(kept));
    REQUIRE(kept.has_value());
    const endpoint at = kept->local();
    CHECK(at.port != 0);
    kept->close();
    CHECK(kept->local() == endpoint{});
    kept.reset();
    // Nobody has the port any more.
    const auto is_free = [](endpoint port) -> task<bool> {
      const auto opened = tcp_listener::open(port);
      co_return opened.has_value();
    };
    CHECK(weft::test::run_under(m, is_free(at)));
  }
}
