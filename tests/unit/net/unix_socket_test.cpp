#include <weft/net/tcp_listener.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "support/temporary_folder.hpp"
#include "support/under_each_model.hpp"

using namespace std::chrono_literals;
using weft::condition;
using weft::endpoint;
using weft::task;
using weft::tcp_listener;
using weft::tcp_stream;
using weft::test::temporary_folder;
using weft::test::under_each_model;

namespace {

namespace fs = std::filesystem;

template <class Test>
void in_a_loop(Test test) {
  weft::scheduler scheduler(weft::event_loop{});
  scheduler.run(test());
}

weft::result<tcp_listener> listen_on(const std::string& path) {
  return tcp_listener::open(endpoint::unix_socket(path));
}

/// What a server leaves behind that was killed.
void leave_socket_file(const std::string& path) {
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  path.copy(at.sun_path, sizeof at.sun_path - 1);
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(dead, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  REQUIRE(::listen(dead, 1) == 0);
  ::close(dead);
}

task<std::string> read_all(tcp_stream& stream) {
  std::string text;
  std::array<char, 1000> buffer;
  for (;;) {
    auto got = co_await stream.read_some(buffer);
    if (!got) break;
    text.append(buffer.data(), *got);
  }
  co_return text;
}

task<> send_all(tcp_stream& stream, std::string text) {
  auto sent = co_await stream.write_all(text);
  CHECK(sent.has_value());
  stream.finish_writing();
}

task<std::error_code> connect_error(endpoint to) {
  auto stream = co_await weft::connect(std::move(to));
  co_return stream ? std::error_code() : stream.error();
}

task<std::error_code> accept_error(tcp_listener& listener) {
  auto accepted = co_await listener.accept();
  co_return accepted ? std::error_code() : accepted.error();
}

}  // namespace

TEST_CASE("a Unix socket carries bytes both ways, more than it buffers") {
  under_each_model([]() -> task<> {
    const temporary_folder folder;
    auto listener = listen_on(folder / "a.sock");
    REQUIRE(listener.has_value());
    CHECK(listener->local() == endpoint::unix_socket(folder / "a.sock"));
    auto client = co_await weft::connect(listener->local());
    REQUIRE(client.has_value());
    auto server = co_await listener->accept();
    REQUIRE(server.has_value());
    const std::string large(4 * 1024 * 1024, 'x');
    auto sending = weft::go(send_all(*client, large));
    const auto there = co_await read_all(*server);
    co_await sending.join();
    CHECK(there == large);
    co_await send_all(*server, "back");
    const auto back = co_await read_all(*client);
    CHECK(back == "back");
  });
}

TEST_CASE("a Unix client has no name, and its server that of the file") {
  under_each_model([]() -> task<> {
    const temporary_folder folder;
    auto listener = listen_on(folder / "a.sock");
    REQUIRE(listener.has_value());
    auto client = co_await weft::connect(listener->local());
    REQUIRE(client.has_value());
    auto server = co_await listener->accept();
    REQUIRE(server.has_value());
    CHECK(client->remote() == listener->local());
    CHECK(server->remote().is_unix());
    CHECK(to_string(server->remote()) == "unix:");
    CHECK(server->peer() == weft::peer_state::present);
    client->finish_writing();
    CHECK(server->peer() == weft::peer_state::finished);
    { const auto closing = std::move(*client); }
    CHECK(server->peer() == weft::peer_state::gone);
  });
}

TEST_CASE("a client that listens under a name of the system's table is shown by it") {
  in_a_loop([]() -> task<> {
    const temporary_folder folder;
    auto listener = listen_on(folder / "a.sock");
    REQUIRE(listener.has_value());
    const int client = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un from{};
    from.sun_family = AF_UNIX;
    const std::string name = "weft-test-" + std::to_string(::getpid());
    name.copy(from.sun_path + 1, name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    CHECK(::bind(client, reinterpret_cast<const sockaddr*>(&from), size) == 0);
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    (folder / "a.sock").copy(to.sun_path, sizeof to.sun_path - 1);
    CHECK(::connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    auto server = co_await listener->accept();
    REQUIRE(server.has_value());
    CHECK(to_string(server->remote()) == "unix:@" + name);
    ::close(client);
  });
}

TEST_CASE("a name of the system's table is listened on and connected to, and leaves no file") {
  under_each_model([]() -> task<> {
    const auto at = weft::parse_endpoint("unix:@weft-test-" + std::to_string(::getpid()));
    REQUIRE(at.has_value());
    {
      auto listener = tcp_listener::open(*at);
      REQUIRE(listener.has_value());
      CHECK(listener->local() == *at);
      CHECK(tcp_listener::open(*at).error() == condition::refused);
      auto client =
          co_await weft::connect(weft::parse_endpoint(to_string(listener->local())).value());
      REQUIRE(client.has_value());
      CHECK(client->remote() == *at);
      CHECK(!fs::exists(*at->path));
    }
    const auto gone = co_await connect_error(*at);
    CHECK(gone == condition::refused);
    CHECK(tcp_listener::open(*at, {.file_mode = 0600U}).error() ==
          std::errc::operation_not_supported);
  });
}

TEST_CASE("a file whose name begins like one of the system's table is told as a file") {
  in_a_loop([]() -> task<> {
    const temporary_folder folder;
    const auto before = fs::current_path();
    fs::current_path(folder / "");
    auto listener = listen_on("./@a");
    CHECK(fs::is_socket(folder / "@a"));
    CHECK(listener->local() == endpoint::unix_socket("./@a"));
    listener->close();
    CHECK(!fs::exists(folder / "@a"));
    fs::current_path(before);
    co_return;
  });
}

TEST_CASE("closing a listener removes its file, and ends a waiting accept") {
  under_each_model([]() -> task<> {
    const temporary_folder folder;
    const std::string path = folder / "a.sock";
    auto listener = listen_on(path);
    REQUIRE(listener.has_value());
    CHECK(fs::is_socket(path));
    auto accepting = weft::go(accept_error(*listener));
    co_await weft::sleep(5ms);
    listener->close();
    CHECK(!fs::exists(path));
    const auto ended = co_await accepting.join();
    CHECK(ended == condition::closed);
  });
}

TEST_CASE("a listener that goes removes its file, and no other that took its place") {
  in_a_loop([]() -> task<> {
    const temporary_folder folder;
    const std::string path = folder / "a.sock";
    {
      auto listener = listen_on(path);
      CHECK(fs::is_socket(path));
    }
    CHECK(!fs::exists(path));
    {
      auto listener = listen_on(path);
      CHECK(fs::is_socket(path));
      fs::remove(path);
      leave_socket_file(path);
    }
    CHECK(fs::is_socket(path));
    co_return;
  });
}

TEST_CASE("the socket of a server that died is replaced") {
  under_each_model([]() -> task<> {
    const temporary_folder folder;
    const std::string path = folder / "a.sock";
    leave_socket_file(path);
    const auto dead = co_await connect_error(endpoint::unix_socket(path));
    CHECK(dead == condition::refused);
    auto listener = listen_on(path);
    REQUIRE(listener.has_value());
    const auto alive = co_await connect_error(endpoint::unix_socket(path));
    CHECK(!alive);
  });
}

TEST_CASE("the socket of a server that lives is in use, also when its backlog is full") {
  in_a_loop([]() -> task<> {
    const temporary_folder folder;
    const std::string path = folder / "a.sock";
    auto listener = tcp_listener::open(endpoint::unix_socket(path), {.backlog = 1});
    REQUIRE(listener.has_value());
    // Each look is a connection: from the third on there is no room for it.
    for (int i = 0; i < 5; ++i) {
      auto second = listen_on(path);
      REQUIRE(!second.has_value());
      CHECK(second.error() == condition::refused);
      CHECK(second.error() == std::errc::address_in_use);
    }
    CHECK(fs::is_socket(path));
    co_return;
  });
}

TEST_CASE("a file that is no socket is not replaced") {
  in_a_loop([]() -> task<> {
    const temporary_folder folder;
    const std::string path = folder / "notes.txt";
    std::ofstream(path) << "kept";
    fs::create_directory(folder / "folder");
    for (const auto& taken : {path, folder / "folder"}) {
      auto listener = listen_on(taken);
      REQUIRE(!listener.has_value());
      CHECK(listener.error() == std::errc::file_exists);
    }
    CHECK(fs::file_size(path) == 4);
    co_return;
  });
}

TEST_CASE("the mode of a Unix socket is the one that is asked for") {
  in_a_loop([]() -> task<> {
    const temporary_folder folder;
    const std::string path = folder / "a.sock";
    for (const unsigned mode : {0600U, 0666U, 0660U}) {
      auto listener = tcp_listener::open(endpoint::unix_socket(path), {.file_mode = mode});
      REQUIRE(listener.has_value());
      CHECK(static_cast<unsigned>(fs::status(path).permissions()) == mode);
    }
    const auto before = ::umask(0077);
    auto listener = listen_on(path);
    ::umask(before);
    CHECK(static_cast<unsigned>(fs::status(path).permissions()) == 0700U);
    co_return;
  });
}

TEST_CASE("a path that cannot be listened on says why") {
  in_a_loop([]() -> task<> {
    const temporary_folder folder;
    const std::string base = folder / "";
    const std::string longest = base + std::string(107 - base.size(), 'x');
    CHECK(listen_on(longest).has_value());
    CHECK(listen_on(longest + 'x').error() == std::errc::filename_too_long);
    CHECK(listen_on(folder / "none/a.sock").error() == std::errc::no_such_file_or_directory);
    for (const std::string& none :
         {std::string(), std::string("@"), base + std::string("a\0b", 3)}) {
      CHECK(listen_on(none).error() == std::errc::invalid_argument);
      const auto no_address = co_await connect_error(endpoint::unix_socket(none));
      CHECK(no_address == std::errc::invalid_argument);
    }
    const auto too_long = co_await connect_error(endpoint::unix_socket(longest + 'x'));
    CHECK(too_long == std::errc::filename_too_long);
    const auto nobody = co_await connect_error(endpoint::unix_socket(folder / "a.sock"));
    CHECK(nobody == std::errc::no_such_file_or_directory);
  });
}

TEST_CASE("who connects while a Unix backlog is full waits for room, until it is cancelled") {
  under_each_model([]() -> task<> {
    const temporary_folder folder;
    auto listener = tcp_listener::open(endpoint::unix_socket(folder / "a.sock"), {.backlog = 0});
    REQUIRE(listener.has_value());
    auto first = co_await weft::connect(listener->local());
    REQUIRE(first.has_value());
    auto late = weft::go(connect_error(listener->local()));
    auto given_up = weft::go(connect_error(listener->local()));
    co_await weft::sleep(10ms);
    given_up.cancel();
    const auto ended = co_await given_up.join();
    CHECK(ended == condition::canceled);
    const auto one = co_await accept_error(*listener);
    const auto two = co_await accept_error(*listener);
    const auto connected = co_await late.join();
    CHECK(!one);
    CHECK(!two);
    CHECK(!connected);
  });
}

TEST_CASE("of two that start at once on one dead socket, one listens") {
  for (int round = 0; round < 50; ++round) {
    const temporary_folder folder;
    const std::string path = folder / "a.sock";
    leave_socket_file(path);
    std::array<pid_t, 2> children{};
    int hold[2];
    int go[2];
    REQUIRE(::pipe(hold) == 0);
    REQUIRE(::pipe(go) == 0);
    for (pid_t& child : children) {
      child = ::fork();
      if (child != 0) continue;
      ::close(hold[1]);
      ::close(go[1]);
      char none = 0;
      static_cast<void>(::read(go[0], &none, 1));
      weft::scheduler scheduler(weft::event_loop{});
      bool listens = false;
      scheduler.run([](const std::string& at, int until, bool& opened) -> task<> {
        auto listener = listen_on(at);
        opened = listener.has_value();
        char end = 0;
        if (opened) static_cast<void>(::read(until, &end, 1));
        co_return;
      }(path, hold[0], listens));
      ::_exit(listens ? 0 : 1);
    }
    ::close(hold[0]);
    ::close(go[0]);
    ::close(go[1]);
    // The one that is refused ends by itself; then the other may.
    int status = 0;
    const pid_t refused = ::wait(&status);
    const bool was_refused = WIFEXITED(status) && WEXITSTATUS(status) == 1;
    CHECK(was_refused);
    ::close(hold[1]);
    const pid_t listened = refused == children[0] ? children[1] : children[0];
    ::waitpid(listened, &status, 0);
    const bool has_listened = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    CHECK(has_listened);
    CHECK(!fs::exists(path));
  }
}
