#include <weft/net/tcp_listener.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "support/plain_socket.hpp"
#include "support/temporary_folder.hpp"
#include "support/under_each_model.hpp"

using weft::condition;
using weft::endpoint;
using weft::task;
using weft::tcp_listener;
using weft::test::under_each_model;

namespace {

template <class Test>
void in_a_loop(Test test) {
  weft::scheduler scheduler(weft::event_loop{});
  scheduler.run(test());
}

/// A socket for IPv4 and IPv6, as another program would hand it over.
int socket_for_both() {
  const int descriptor = ::socket(AF_INET6, SOCK_STREAM, 0);
  sockaddr_in6 at{};
  at.sin6_family = AF_INET6;
  REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  REQUIRE(::listen(descriptor, 16) == 0);
  const int off = 0;
  ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  return descriptor;
}

endpoint at_home(const tcp_listener& listener) { return {"127.0.0.1", listener.local().port}; }

std::error_code adopt_error(int descriptor) {
  auto listener = tcp_listener::adopt(descriptor);
  return listener ? std::error_code() : listener.error();
}

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) >= 0; }

}  // namespace

TEST_CASE("an inherited socket takes connections, and is closed with its listener") {
  under_each_model([]() -> task<> {
    const int descriptor = weft::test::listening_on_loopback().release();
    {
      auto listener = tcp_listener::adopt(descriptor);
      REQUIRE(listener.has_value());
      CHECK((::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
      auto client = co_await weft::connect(at_home(*listener));
      CHECK(client.has_value());
      auto server = co_await listener->accept();
      REQUIRE(server.has_value());
      CHECK(server->remote().host == "127.0.0.1");
    }
    CHECK(!is_open(descriptor));
  });
}

TEST_CASE("two listeners share a socket, and the one that stays takes what the other leaves") {
  under_each_model([]() -> task<> {
    const int descriptor = weft::test::listening_on_loopback().release();
    const int same = ::dup(descriptor);
    auto first = tcp_listener::adopt(descriptor);
    auto second = tcp_listener::adopt(same);
    REQUIRE(first.has_value());
    REQUIRE(second.has_value());
    auto client = co_await weft::connect(at_home(*first));
    CHECK(client.has_value());
    first->close();
    auto late = co_await weft::connect(at_home(*second));
    CHECK(late.has_value());
    for (int i = 0; i < 2; ++i) {
      auto server = co_await second->accept();
      CHECK(server.has_value());
    }
  });
}

TEST_CASE("an IPv4 peer of a socket for both is shown as IPv4") {
  in_a_loop([]() -> task<> {
    const int descriptor = socket_for_both();
    auto listener = tcp_listener::adopt(descriptor);
    REQUIRE(listener.has_value());
    auto client = co_await weft::connect(at_home(*listener));
    REQUIRE(client.has_value());
    auto server = co_await listener->accept();
    REQUIRE(server.has_value());
    CHECK(server->remote().host == "127.0.0.1");
  });
}

TEST_CASE("the file of an inherited Unix socket stays") {
  in_a_loop([]() -> task<> {
    const weft::test::temporary_folder folder;
    const std::string path = folder / "a.sock";
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(descriptor, 1) == 0);
    {
      auto listener = tcp_listener::adopt(descriptor);
      REQUIRE(listener.has_value());
      CHECK(listener->local() == endpoint::unix_socket(path));
      auto client = co_await weft::connect(listener->local());
      auto server = co_await listener->accept();
      CHECK(server.has_value());
    }
    CHECK(std::filesystem::is_socket(path));
  });
}

TEST_CASE("what is no listening socket is not taken over, and left as it is") {
  in_a_loop([]() -> task<> {
    CHECK(adopt_error(-1) == std::errc::bad_file_descriptor);
    CHECK(adopt_error(9999) == std::errc::bad_file_descriptor);
    const int file = ::open("/dev/null", O_RDONLY);
    CHECK(adopt_error(file) == std::errc::not_a_socket);
    const int datagrams = ::socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(adopt_error(datagrams) == std::errc::not_supported);
    const int silent = ::socket(AF_INET, SOCK_STREAM, 0);
    CHECK(adopt_error(silent) == std::errc::invalid_argument);
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    CHECK(adopt_error(pair[0]) == std::errc::invalid_argument);
    for (const int kept : {file, datagrams, silent, pair[0], pair[1]}) {
      CHECK(is_open(kept));
      CHECK((::fcntl(kept, F_GETFL) & O_NONBLOCK) == 0);
      ::close(kept);
    }
    co_return;
  });
}

TEST_CASE("an IPv6 address takes no IPv4, so both can be listened on") {
  in_a_loop([]() -> task<> {
    auto six = tcp_listener::open({"::", 0});
    REQUIRE(six.has_value());
    // Somebody else may have the same port of IPv4.
    for (int other_ports = 0; other_ports < 10; ++other_ports) {
      const endpoint same_port{"127.0.0.1", six->local().port};
      auto taken = co_await weft::connect(same_port);
      if (!taken) {
        CHECK(taken.error() == condition::refused);
        break;
      }
      six = tcp_listener::open({"::", 0});
      REQUIRE(six.has_value());
    }
    const endpoint four_at{"127.0.0.1", six->local().port};
    auto four = tcp_listener::open({"0.0.0.0", six->local().port});
    REQUIRE(four.has_value());
    auto client = co_await weft::connect(four_at);
    CHECK(client.has_value());
    const endpoint six_at{"::1", six->local().port};
    auto six_client = co_await weft::connect(six_at);
    CHECK(six_client.has_value());
  });
}
