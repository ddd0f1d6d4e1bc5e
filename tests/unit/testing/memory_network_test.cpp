#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/testing/memory_network.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "support/models.hpp"

using namespace std::chrono_literals;
using namespace weft::test;
using weft::condition;
using weft::task;
using weft::task_group;
using weft::testing::memory_listener;
using weft::testing::memory_network;
using weft::testing::memory_stream;

namespace {

task<std::string> read_to_end(memory_stream& stream) {
  std::string text;
  std::array<char, 3> buffer;
  for (;;) {
    auto count = co_await stream.read_some(buffer);
    if (!count) break;
    text.append(buffer.data(), *count);
  }
  co_return text;
}

task<> echo_once(memory_listener& listener) {
  auto stream = co_await listener.accept();
  if (!stream) co_return;
  const std::string heard = co_await read_to_end(*stream);
  co_await stream->write_all("heard " + heard);
}

task<std::string> ask_an_echo() {
  memory_network network;
  auto listener = *network.listen("echo");
  task_group server;
  server.go(echo_once(listener));
  std::string answer;
  {
    auto stream = *co_await network.connect("echo");
    co_await stream.write_all("one, ");
    co_await stream.write_all("");
    co_await stream.write_all("two");
    stream.finish_writing();
    answer = co_await read_to_end(stream);
  }
  co_await server.join();
  co_return answer;
}

}  // namespace

TEST_CASE("two ends of a memory network talk") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, ask_an_echo()) == "heard one, two");
  }
}

namespace {

task<std::error_code> connect_to(memory_network& network, std::string name) {
  auto stream = co_await network.connect(std::move(name));
  co_return stream ? std::error_code() : stream.error();
}

task<std::error_code> connect_to_a_closed_listener() {
  memory_network network;
  auto listener = *network.listen("server");
  listener.close();
  co_return co_await connect_to(network, "server");
}

task<std::error_code> connect_after_the_listener_has_gone() {
  memory_network network;
  { const auto listener = *network.listen("server"); }
  co_return co_await connect_to(network, "server");
}

task<std::error_code> accept_when_closed() {
  memory_network network;
  auto listener = *network.listen("server");
  listener.close();
  auto stream = co_await listener.accept();
  co_return stream.error();
}

}  // namespace

TEST_CASE("a connection to where nobody listens is refused") {
  CHECK(run_seeded(connect_to_a_closed_listener()) == condition::refused);
  CHECK(run_seeded(connect_after_the_listener_has_gone()) == condition::refused);
}

TEST_CASE("a closed listener accepts no connection") {
  CHECK(run_seeded(accept_when_closed()) == condition::closed);
}

TEST_CASE("a name is listened to once") {
  memory_network network;
  const auto first = network.listen("server");
  CHECK(first.has_value());
  CHECK(network.listen("server").error() == condition::bad_input);
}

namespace {

task<std::pair<std::error_code, std::error_code>> talk_to_one_who_has_gone() {
  memory_network network;
  auto listener = *network.listen("server");
  auto stream = *co_await network.connect("server");
  { auto accepted = co_await listener.accept(); }
  std::array<char, 8> buffer;
  auto got = co_await stream.read_some(buffer);
  auto sent = co_await stream.write_all("anybody?");
  co_return std::pair(got.error(), sent.error());
}

task<std::error_code> read_until_cancelled() {
  memory_network network;
  auto listener = *network.listen("server");
  auto stream = *co_await network.connect("server");
  task_group group;
  auto reading = group.go([](memory_stream& from) -> task<std::error_code> {
    std::array<char, 8> buffer;
    auto got = co_await from.read_some(buffer);
    co_return got.error();
  }(stream));
  co_await weft::sleep(1s);
  group.cancel();
  const auto code = co_await reading.join();
  co_await group.join();
  co_return code;
}

task<bool> write_more_than_is_read() {
  memory_network network;
  auto listener = *network.listen("server");
  auto stream = *co_await network.connect("server");
  auto accepted = *co_await listener.accept();
  task_group group;
  bool has_written = false;
  group.go([](memory_stream& to, bool& done) -> task<> {
    for (std::size_t i = 0; i <= memory_stream::pieces_on_the_way; ++i) co_await to.write_all("x");
    done = true;
  }(stream, has_written));
  co_await weft::sleep(1s);
  const bool before = has_written;
  std::array<char, 1> buffer;
  co_await accepted.read_some(buffer);
  co_await group.join();
  co_return !before && has_written;
}

}  // namespace

TEST_CASE("a peer that has gone is the end of a stream, and closed to writers") {
  const auto [read, written] = run_seeded(talk_to_one_who_has_gone());
  CHECK(read == condition::eof);
  CHECK(written == condition::closed);
}

TEST_CASE("a read of a memory stream can be cancelled") {
  CHECK(run_seeded(read_until_cancelled()) == condition::canceled);
}

TEST_CASE("a writer waits for a reader who is slow") {
  CHECK(run_seeded(write_more_than_is_read()));
}
