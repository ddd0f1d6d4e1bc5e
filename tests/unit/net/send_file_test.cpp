#include <weft/net/file.hpp>
#include <weft/net/tcp_listener.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "support/under_each_model.hpp"

using namespace std::chrono_literals;
using weft::condition;
using weft::peer_state;
using weft::task;
using weft::tcp_listener;
using weft::tcp_stream;
using weft::test::under_each_model;

namespace {

// More than any socket buffer takes at once.
constexpr std::size_t large = 12 * 1024 * 1024;

/// A file without a name; each 1,000 bytes of it are the low byte of their number.
weft::file file_of(std::size_t size) {
  std::string path = "/tmp/weft_send_file_XXXXXX";
  const int descriptor = mkstemp(path.data());
  REQUIRE(descriptor >= 0);
  std::remove(path.c_str());
  std::string content(size, ' ');
  for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i / 1000);
  REQUIRE(::write(descriptor, content.data(), size) == static_cast<ssize_t>(size));
  return weft::file(descriptor);
}

task<std::error_code> accept_into(tcp_listener& listener, std::optional<tcp_stream>& out) {
  auto accepted = co_await listener.accept();
  if (!accepted) co_return accepted.error();
  out.emplace(std::move(*accepted));
  co_return std::error_code();
}

struct ends {
  std::optional<tcp_stream> client;
  std::optional<tcp_stream> server;

  task<> connect() {
    auto listener = tcp_listener::open({"127.0.0.1", 0});
    REQUIRE(listener.has_value());
    auto accepting = weft::go(accept_into(*listener, server));
    auto connected = co_await weft::connect(listener->local());
    REQUIRE(connected.has_value());
    client.emplace(std::move(*connected));
    const std::error_code error = co_await accepting.join();
    REQUIRE(!error);
  }
};

task<std::error_code> send_and_finish(tcp_stream& stream, const weft::file& from,
                                      std::uint64_t offset, std::uint64_t length) {
  const auto sent = co_await stream.send_file(from, offset, length);
  stream.finish_writing();
  co_return sent ? std::error_code() : sent.error();
}

task<std::string> read_all(tcp_stream& stream) {
  std::string text;
  std::string buffer(100'000, ' ');
  for (;;) {
    const auto got = co_await stream.read_some(buffer);
    if (!got) break;
    text.append(buffer, 0, *got);
  }
  co_return text;
}

}  // namespace

TEST_CASE("a part of a file arrives whole, though the reader is late") {
  const weft::file source = file_of(large + 2000);
  under_each_model([&]() -> task<> {
    ends pair;
    co_await pair.connect();
    auto sending = weft::go(send_and_finish(*pair.server, source, 1000, large));
    co_await weft::sleep(20ms);
    CHECK(!sending.ended());
    const auto text = co_await read_all(*pair.client);
    const std::error_code error = co_await sending.join();
    CHECK(!error);
    REQUIRE(text.size() == large);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < large; ++i) {
      if (text[i] != static_cast<char>((i + 1000) / 1000)) ++wrong;
    }
    CHECK(wrong == 0);
  });
}

TEST_CASE("a file that is shorter than was said is an eof") {
  const weft::file source = file_of(5000);
  under_each_model([&]() -> task<> {
    ends pair;
    co_await pair.connect();
    const std::error_code error = co_await send_and_finish(*pair.server, source, 2000, 5000);
    CHECK(error == condition::eof);
    const auto text = co_await read_all(*pair.client);
    CHECK(text.size() == 3000);
  });
}

TEST_CASE("sending a file can be cancelled") {
  const weft::file source = file_of(large);
  under_each_model([&]() -> task<> {
    ends pair;
    co_await pair.connect();
    auto sending = weft::go(send_and_finish(*pair.server, source, 0, large));
    co_await weft::sleep(10ms);
    sending.cancel();
    const std::error_code error = co_await sending.join();
    CHECK(error == condition::canceled);
  });
}

TEST_CASE("a cancel may run into the end of a file's sending") {
  const weft::file source = file_of(300'000);
  under_each_model([&]() -> task<> {
    for (int round = 0; round < 40; ++round) {
      ends pair;
      co_await pair.connect();
      auto sending = weft::go(send_and_finish(*pair.server, source, 0, 300'000));
      auto reading = weft::go(read_all(*pair.client));
      if (round % 2 != 0) co_await weft::sleep(std::chrono::microseconds(round * 10));
      sending.cancel();
      const std::error_code error = co_await sending.join();
      const auto text = co_await reading.join();
      if (!error) CHECK(text.size() == 300'000);
      else CHECK(error == condition::canceled);
    }
  });
}

TEST_CASE("a stream knows what its peer has done without reading") {
  under_each_model([]() -> task<> {
    for (const bool resets : {false, true}) {
      ends pair;
      co_await pair.connect();
      const auto unread = co_await pair.client->write_all("unread");
      CHECK(unread.has_value());
      CHECK(pair.server->peer() == peer_state::present);
      if (resets) pair.client->abort(condition::closed);
      else pair.client->finish_writing();
      if (resets) pair.client.reset();
      for (int i = 0; i < 500 && pair.server->peer() == peer_state::present; ++i) {
        co_await weft::sleep(1ms);
      }
      CHECK(pair.server->peer() == (resets ? peer_state::gone : peer_state::finished));
    }
  });
}

TEST_CASE("a file that is not there is an error") {
  const auto missing = weft::file::open("/nowhere/at/all");
  REQUIRE(!missing);
  CHECK(missing.error() == std::errc::no_such_file_or_directory);
}
