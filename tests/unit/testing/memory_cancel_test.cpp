#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>
#include <weft/testing/memory_network.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/models.hpp"

// Cancels of what waits in a memory network: before, during, and while the peer comes.

namespace {

using namespace std::chrono_literals;
using weft::condition;
using weft::task;
using weft::testing::memory_listener;
using weft::testing::memory_network;
using weft::testing::memory_stream;

const char* const here = "server";

task<> fill(memory_stream& to) {
  for (std::size_t i = 0; i < memory_stream::pieces_on_the_way; ++i) {
    (void)co_await to.write_all("x");
  }
}

task<std::error_code> write_one(memory_stream& to) {
  const auto sent = co_await to.write_all("y");
  co_return sent ? std::error_code() : sent.error();
}

struct ends {
  memory_stream client;
  memory_stream server;
};

task<std::unique_ptr<ends>> connected(memory_network& network) {
  auto listener = *network.listen(here);
  auto client = *co_await network.connect(here);
  auto server = *co_await listener.accept();
  co_return std::make_unique<ends>(std::move(client), std::move(server));
}

task<std::string> read_until_finished(memory_stream& from) {
  std::string text;
  std::array<char, 4> buffer{};
  for (;;) {
    const auto got = co_await from.read_some(buffer);
    if (!got) break;
    text.append(buffer.data(), *got);
  }
  co_return text;
}

struct outcome {
  std::error_code error;
  std::string read;
};

task<outcome> cancel_write(bool before) {
  memory_network network;
  auto both = co_await connected(network);
  co_await fill(both->client);
  auto writer = weft::go(write_one(both->client));
  if (!before) (void)co_await weft::sleep(1ms);
  writer.cancel();
  outcome o;
  o.error = co_await writer.join();
  both->client.finish_writing();
  o.read = co_await read_until_finished(both->server);
  co_return o;
}

TEST_CASE("a cancelled write to a memory stream has written nothing") {
  for (const auto& m : weft::test::seeds(10)) {
    for (const bool before : {true, false}) {
      CAPTURE(m.name, before);
      const outcome o = weft::test::run_under(m, cancel_write(before));
      CHECK(o.error == condition::canceled);
      CHECK(o.read == std::string(memory_stream::pieces_on_the_way, 'x'));
    }
  }
}

task<std::error_code> accept_one(memory_listener& listener) {
  const auto accepted = co_await listener.accept();
  co_return accepted ? std::error_code() : accepted.error();
}

task<bool> cancel_accept(bool before) {
  memory_network network;
  auto listener = *network.listen(here);
  auto accepting = weft::go(accept_one(listener));
  if (!before) (void)co_await weft::sleep(1ms);
  accepting.cancel();
  const auto error = co_await accepting.join();
  const auto client = co_await network.connect(here);
  const auto later = co_await accept_one(listener);
  co_return error == condition::canceled&& client.has_value() && !later;
}

TEST_CASE("a cancelled accept of a memory listener leaves it usable") {
  for (const auto& m : weft::test::seeds(10)) {
    for (const bool before : {true, false}) {
      CAPTURE(m.name, before);
      CHECK(weft::test::run_under(m, cancel_accept(before)));
    }
  }
}

task<std::error_code> connect_one(memory_network& network) {
  const auto stream = co_await network.connect(here);
  co_return stream ? std::error_code() : stream.error();
}

// The backlog is full, so a connect waits.
task<int> connections_after_a_cancel(bool before, std::error_code& error) {
  memory_network network;
  auto listener = *network.listen(here);
  std::vector<memory_stream> kept;
  for (std::size_t i = 0; i < memory_network::backlog; ++i) {
    kept.push_back(*co_await network.connect(here));
  }
  auto connecting = weft::go(connect_one(network));
  if (!before) (void)co_await weft::sleep(1ms);
  connecting.cancel();
  error = co_await connecting.join();
  listener.close();
  int accepted = 0;
  for (;;) {
    const auto why = co_await accept_one(listener);
    if (why) break;
    ++accepted;
  }
  co_return accepted;
}

TEST_CASE("a cancelled connect of a memory network makes no connection") {
  for (const auto& m : weft::test::seeds(10)) {
    for (const bool before : {true, false}) {
      CAPTURE(m.name, before);
      std::error_code error;
      CHECK(weft::test::run_under(m, connections_after_a_cancel(before, error)) ==
            memory_network::backlog);
      CHECK(error == condition::canceled);
    }
  }
}

// ------------------------------------------------------------------ races

task<> write_letters(memory_stream& to, int count, std::string& written) {
  for (int i = 0; i < count; ++i) {
    const std::string letter(1, static_cast<char>('a' + i));
    const auto sent = co_await to.write_all(letter);
    if (!sent) break;
    written += letter;
  }
}

task<> read_slowly(memory_stream& from, std::string& read, int yields) {
  std::array<char, 2> buffer{};
  for (;;) {
    for (int i = 0; i < yields; ++i) co_await weft::yield();
    const auto got = co_await from.read_some(buffer);
    if (!got) break;
    read.append(buffer.data(), *got);
  }
}

// The writer or the reader is cancelled at some moment; another reader takes what the first has
// left, so that the writer, who waits where too much is on the way, comes to its end.
task<bool> race_on_a_stream(int round) {
  memory_network network;
  auto both = co_await connected(network);
  std::string written;
  std::string read;
  auto writer = weft::go(write_letters(both->client, 26, written));
  auto reader = weft::go(read_slowly(both->server, read, round % 3));
  for (int i = 0; i < round % 11; ++i) co_await weft::yield();
  if (round % 2 == 0) writer.cancel();
  if (round % 2 == 1 || round % 5 == 0) {
    reader.cancel();
    co_await reader.join();
    reader = weft::go(read_slowly(both->server, read, 0));
  }
  co_await writer.join();
  both->client.finish_writing();
  co_await reader.join();
  co_return read == written;
}

// One side is cancelled while the other comes: whoever is told of a connection has one.
task<bool> race_on_a_connection(int round) {
  memory_network network;
  auto listener = *network.listen(here);
  auto accepting = weft::go(accept_one(listener));
  auto connecting = weft::go(connect_one(network));
  for (int i = 0; i < round % 5; ++i) co_await weft::yield();
  (round % 2 == 0 ? accepting : connecting).cancel();
  const auto connected_error = co_await connecting.join();
  if (connected_error) {
    accepting.cancel();
    const auto accepted_error = co_await accepting.join();
    co_return connected_error == condition::canceled&& accepted_error == condition::canceled;
  }
  auto accepted_error = co_await accepting.join();
  // A connection that a cancelled accept did not take is there for the next.
  if (accepted_error == condition::canceled) accepted_error = co_await accept_one(listener);
  co_return !accepted_error;
}

task<int> race(task<bool> (*once)(int), int rounds) {
  int right = 0;
  for (int round = 0; round < rounds; ++round) {
    const bool is_right = co_await once(round);
    right += is_right ? 1 : 0;
  }
  co_return right;
}

TEST_CASE("what a memory stream has written is read, when cancels meet reads and writes") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    CHECK(weft::test::run_under(m, race(&race_on_a_stream, 200)) == 200);
  }
}

TEST_CASE("a memory connection has two ends or none, when a cancel meets it") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    CHECK(weft::test::run_under(m, race(&race_on_a_connection, 200)) == 200);
  }
}

}  // namespace
