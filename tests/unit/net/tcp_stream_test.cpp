#include <weft/net/tcp_listener.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "support/models.hpp"
#include "support/under_each_model.hpp"

using namespace std::chrono_literals;
using weft::condition;
using weft::result;
using weft::task;
using weft::tcp_listener;
using weft::tcp_stream;
using weft::test::under_each_model;

namespace {

task<result<tcp_stream>> accept_one(tcp_listener& listener) {
  auto accepted = co_await listener.accept();
  co_return accepted;
}

/// Both ends of a connection over the loopback interface.
struct stream_pair {
  stream_pair(tcp_stream c, tcp_stream s) : client(std::move(c)), server(std::move(s)) {}
  tcp_stream client;
  tcp_stream server;
};

task<stream_pair> connected() {
  auto listener = tcp_listener::open({"127.0.0.1", 0});
  REQUIRE(listener.has_value());
  auto accepting = weft::go(accept_one(*listener));
  auto client = co_await weft::connect(listener->local());
  REQUIRE(client.has_value());
  auto server = co_await accepting.join();
  REQUIRE(server.has_value());
  co_return stream_pair(std::move(*client), std::move(*server));
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

task<std::error_code> read_error(tcp_stream& stream) {
  std::array<char, 16> buffer;
  auto got = co_await stream.read_some(buffer);
  co_return got ? std::error_code() : got.error();
}

task<std::error_code> write(tcp_stream& stream, std::string text) {
  auto written = co_await stream.write_all(text);
  co_return written ? std::error_code() : written.error();
}

task<> write_and_finish(tcp_stream& stream, std::string text) {
  const auto error = co_await write(stream, std::move(text));
  if (!error) stream.finish_writing();
}

class some_room final : public weft::read_room {
public:
  explicit some_room(std::size_t size) : place_(size, '?') {}
  std::span<char> room() noexcept override {
    ++asked_;
    return place_;
  }
  std::string_view place() const { return place_; }
  int asked() const { return asked_; }

private:
  std::string place_;
  std::atomic<int> asked_{0};
};

task<result<std::size_t>> read_into(tcp_stream& stream, some_room& room) {
  auto got = co_await stream.read_some(static_cast<weft::read_room&>(room));
  co_return got;
}

// More than any socket buffer takes at once.
constexpr std::size_t large = 20 * 1024 * 1024;

}  // namespace

TEST_CASE("what one end writes the other reads, then eof") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    co_await write_and_finish(pair.client, "hello");
    const auto text = co_await read_all(pair.server);
    CHECK(text == "hello");
    const auto error = co_await read_error(pair.server);
    CHECK(error == condition::eof);
  });
}

TEST_CASE("a read takes its bytes into the room that it is given for them") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    co_await write_and_finish(pair.client, "hello");
    some_room room(4);
    const auto got = co_await pair.server.read_some(static_cast<weft::read_room&>(room));
    CHECK(got == 4);
    CHECK(room.place() == "hell");
    const auto rest = co_await read_all(pair.server);
    CHECK(rest == "o");
  });
}

TEST_CASE("a read for which there is no room ends with that, and loses no byte") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    co_await write_and_finish(pair.client, "hello");
    some_room none(0);
    const auto got = co_await pair.server.read_some(static_cast<weft::read_room&>(none));
    CHECK(got.error() == std::errc::not_enough_memory);
    const auto text = co_await read_all(pair.server);
    CHECK(text == "hello");
  });
}

TEST_CASE("who waits is asked for room when there are bytes") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    some_room room(16);
    auto reading = weft::go(read_into(pair.server, room));
    co_await weft::sleep(2ms);
    CHECK(room.asked() == 0);
    const auto sent = co_await write(pair.client, "hello");
    CHECK(!sent);
    const auto got = co_await reading.join();
    CHECK(got == 5);
    CHECK(room.place().starts_with("hello"));
    CHECK(room.asked() >= 1);
  });
}

TEST_CASE("a read that waits without room ends as any other, and asks for none") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    some_room room(16);
    auto cancelled = weft::go(read_into(pair.server, room));
    co_await weft::sleep(2ms);
    cancelled.cancel();
    const auto first = co_await cancelled.join();
    CHECK(first.error() == condition::canceled);
    auto aborted = weft::go(read_into(pair.server, room));
    co_await weft::sleep(2ms);
    pair.server.abort_reading(condition::closed);
    const auto second = co_await aborted.join();
    CHECK(second.error() == condition::closed);
    CHECK(room.asked() == 0);
  });
}

TEST_CASE("a read that waits without room finds the end, every time") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    some_room room(16);
    auto reading = weft::go(read_into(pair.server, room));
    co_await weft::sleep(2ms);
    pair.client.finish_writing();
    const auto first = co_await reading.join();
    CHECK(first.error() == condition::eof);
    const auto second = co_await read_into(pair.server, room);
    CHECK(second.error() == condition::eof);
  });
}

TEST_CASE("cancel races with bytes for which there is no room yet, without losing or hanging") {
  under_each_model([]() -> task<> {
    for (int round = 0; round < 200; ++round) {
      auto pair = co_await connected();
      some_room room(16);
      auto reading = weft::go(read_into(pair.server, room));
      auto writing = weft::go(write_and_finish(pair.client, "x"));
      for (int i = 0; i < round % 7; ++i) co_await weft::yield();
      reading.cancel();
      const auto got = co_await reading.join();
      co_await writing.join();
      const auto rest = co_await read_all(pair.server);
      CHECK(rest == (got ? "" : "x"));
    }
  });
}

TEST_CASE("what fits at once is written without waiting, and no more") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    const std::string text(large, 'x');
    std::size_t written = 0;
    for (;;) {
      const auto more = pair.client.try_write(std::string_view(text).substr(written));
      REQUIRE(more.has_value());
      if (*more == 0) break;
      written += *more;
    }
    CHECK(written > 0);
    CHECK(written < text.size());
    pair.client.finish_writing();
    const auto received = co_await read_all(pair.server);
    CHECK(received.size() == written);
    pair.client.abort(condition::timed_out);
    CHECK(pair.client.try_write("more").error() == condition::timed_out);
  });
}

TEST_CASE("a write larger than the socket's buffer waits for the reader and arrives whole") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    std::string sent(large, 'x');
    for (std::size_t i = 0; i < sent.size(); i += 97) sent[i] = static_cast<char>('a' + i % 26);
    auto writing = weft::go(write_and_finish(pair.client, sent));
    const auto received = co_await read_all(pair.server);
    co_await writing.join();
    CHECK(received.size() == sent.size());
    CHECK((received == sent));
  });
}

TEST_CASE("both directions are used at once") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    auto up = weft::go(write_and_finish(pair.client, std::string(large, 'u')));
    auto down = weft::go(write_and_finish(pair.server, std::string(large, 'd')));
    auto reading = weft::go(read_all(pair.client));
    const auto received_up = co_await read_all(pair.server);
    const auto received_down = co_await reading.join();
    co_await up.join();
    co_await down.join();
    CHECK((received_up == std::string(large, 'u')));
    CHECK((received_down == std::string(large, 'd')));
  });
}

TEST_CASE("a cancelled read loses nothing") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    auto reading = weft::go(read_error(pair.server));
    co_await weft::sleep(2ms);
    reading.cancel();
    const auto error = co_await reading.join();
    CHECK(error == condition::canceled);
    co_await write_and_finish(pair.client, "late");
    const auto text = co_await read_all(pair.server);
    CHECK(text == "late");
  });
}

TEST_CASE("cancelling the reader leaves the writer of the same stream alone") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    auto writing = weft::go(write_and_finish(pair.client, std::string(large, 'w')));
    auto reading = weft::go(read_error(pair.client));
    co_await weft::sleep(2ms);
    reading.cancel();
    const auto error = co_await reading.join();
    CHECK(error == condition::canceled);
    const auto text = co_await read_all(pair.server);
    CHECK(text.size() == large);
    co_await writing.join();
  });
}

TEST_CASE("a cancelled write ends") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    auto writing = weft::go(write(pair.client, std::string(large, 'w')));
    co_await weft::sleep(2ms);
    writing.cancel();
    const auto error = co_await writing.join();
    CHECK(error == condition::canceled);
  });
}

TEST_CASE("abort ends pending and later operations with its reason") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    auto reading = weft::go(read_error(pair.server));
    auto writing = weft::go(write(pair.server, std::string(large, 'w')));
    co_await weft::sleep(2ms);
    pair.server.abort(condition::timed_out);
    const auto read_end = co_await reading.join();
    const auto write_end = co_await writing.join();
    CHECK(read_end == condition::timed_out);
    CHECK(write_end == condition::timed_out);
    const auto later = co_await read_error(pair.server);
    CHECK(later == condition::timed_out);
  });
}

TEST_CASE("abort_reading leaves writing possible") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    auto reading = weft::go(read_error(pair.server));
    co_await weft::sleep(2ms);
    pair.server.abort_reading(condition::closed);
    const auto error = co_await reading.join();
    CHECK(error == condition::closed);
    co_await write_and_finish(pair.server, "bye");
    const auto text = co_await read_all(pair.client);
    CHECK(text == "bye");
  });
}

TEST_CASE("a peer that closes ends a pending write with an error") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    auto writing = weft::go(write(pair.client, std::string(large, 'w')));
    co_await weft::sleep(2ms);
    { const tcp_stream closing = std::move(pair.server); }
    const auto error = co_await writing.join();
    CHECK(error);
  });
}

TEST_CASE("cancel races with arriving data without losing or hanging") {
  under_each_model([]() -> task<> {
    for (int round = 0; round < 200; ++round) {
      auto pair = co_await connected();
      auto reading = weft::go(read_error(pair.server));
      auto writing = weft::go(write(pair.client, "x"));
      for (int i = 0; i < round % 7; ++i) co_await weft::yield();
      reading.cancel();
      const auto error = co_await reading.join();
      CHECK((!error || error == condition::canceled));
      const auto sent = co_await writing.join();
      CHECK(!sent);
    }
  });
}

TEST_CASE("the peer of an aborted stream sees a reset, not an end") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    pair.server.abort(condition::timed_out);
    { const tcp_stream closing = std::move(pair.server); }
    const auto error = co_await read_error(pair.client);
    CHECK(error == std::errc::connection_reset);
  });
}

TEST_CASE("bytes and the end that come together are both read") {
  under_each_model([]() -> task<> {
    for (int round = 0; round < 50; ++round) {
      auto pair = co_await connected();
      auto reading = weft::go(read_all(pair.server));
      if (round % 2 == 0) co_await weft::sleep(200us);
      co_await write_and_finish(pair.client, "x");
      const auto text = co_await reading.join();
      CHECK(text == "x");
    }
  });
}

TEST_CASE("writing to a peer that has gone is an error, not a signal") {
  under_each_model([]() -> task<> {
    auto pair = co_await connected();
    { const tcp_stream closing = std::move(pair.client); }
    std::error_code error;
    for (int i = 0; i < 1000 && !error; ++i) {
      error = co_await write(pair.server, "nobody reads this");
      co_await weft::sleep(1ms);
    }
    CHECK((error == std::errc::broken_pipe || error == std::errc::connection_reset));
  });
}

TEST_CASE("cancel races with a connect that succeeds") {
  under_each_model([]() -> task<> {
    auto listener = tcp_listener::open({"127.0.0.1", 0});
    REQUIRE(listener.has_value());
    for (int round = 0; round < 300; ++round) {
      auto connecting = weft::go(weft::connect(listener->local()));
      for (int i = 0; i < round % 9; ++i) co_await weft::yield();
      connecting.cancel();
      const auto stream = co_await connecting.join();
      CHECK((stream.has_value() || stream.error() == condition::canceled));
    }
  });
}

TEST_CASE("a stream tells whether a read would return at once, and takes nothing by that") {
  const auto looked_at = []() -> task<std::string> {
    auto [client, server] = co_await connected();
    std::string seen(client.is_readable() ? "early " : "");
    co_await write(server, "hello");
    for (int i = 0; i < 1000 && !client.is_readable(); ++i) co_await weft::sleep(1ms);
    seen += client.is_readable() ? "there " : "lost ";
    std::array<char, 16> buffer;
    auto got = co_await client.read_some(buffer);
    if (got) seen.append(buffer.data(), *got);
    seen += client.is_readable() ? " more" : " quiet";
    server.finish_writing();
    for (int i = 0; i < 1000 && !client.is_readable(); ++i) co_await weft::sleep(1ms);
    seen += client.is_readable() ? " ended" : " lost";
    co_return seen;
  };
  for (const auto& m : weft::test::serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK(weft::test::run_under(m, looked_at()) == "there hello quiet ended");
  }
}

namespace {

/// Streams that have waited, and so belong to this scheduler's driver.
task<> keep_used(std::optional<stream_pair>& kept) {
  auto pair = co_await connected();
  auto reading = weft::go(read_all(pair.server));
  co_await write_and_finish(pair.client, "x");
  const auto text = co_await reading.join();
  CHECK(text == "x");
  kept.emplace(std::move(pair));
}

}  // namespace

TEST_CASE("a stream outlives the scheduler in which it waited") {
  for (const auto& m : weft::test::serving_models_with_io()) {
    CAPTURE(m.name);
    std::optional<stream_pair> kept;
    weft::test::run_under(m, keep_used(kept));
    REQUIRE(kept.has_value());
    CHECK(kept->server.remote().host == "127.0.0.1");
    kept->server.abort(condition::closed);
    kept.reset();
  }
}
