#include "net/asio_driver.hpp"
#include "net/epoll_set.hpp"

#include <weft/net/tcp_listener.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <catch2/catch_test_macros.hpp>

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/models.hpp"

// What only the direct driver does; what both do is tested in tcp_stream_test.cpp.

namespace {

using namespace std::chrono_literals;
using weft::condition;
using weft::detail::current_driver;
using weft::detail::unique_descriptor;
using weft::io_kind;
using weft::result;
using weft::task;
using weft::tcp_listener;
using weft::tcp_stream;
using weft::test::named_model;
using weft::test::run_under;

const named_model one_loop{"event_loop", weft::event_loop{}, io_kind::direct};

/// Asks for events as the driver does. For a task of the one loop, beside which nobody asks.
std::size_t look() { return current_driver().direct_set()->deliver(); }

task<result<tcp_stream>> accept_one(tcp_listener& listener) {
  auto accepted = co_await listener.accept();
  co_return accepted;
}

struct stream_pair {
  stream_pair(tcp_stream c, tcp_stream s) : client(std::move(c)), server(std::move(s)) {}
  tcp_stream client;
  tcp_stream server;
};

/// Both ends of a connection. The listener is gone when this returns.
/// @throws std::system_error; no check of Catch2, which takes those of one thread at a time
task<stream_pair> connected() {
  auto listener = tcp_listener::open({"127.0.0.1", 0});
  auto accepting = weft::go(accept_one(listener.value()));
  auto client = co_await weft::connect(listener->local());
  auto server = co_await accepting.join();
  co_return stream_pair(std::move(client.value()), std::move(server.value()));
}

task<std::string> read_up_to(tcp_stream& stream, std::size_t count) {
  std::string text(count, '?');
  auto got = co_await stream.read_some(text);
  text.resize(got ? *got : 0);
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

task<std::size_t> read_and_count(tcp_stream& stream) {
  std::vector<char> buffer(64 * 1024);
  std::size_t count = 0;
  for (;;) {
    auto got = co_await stream.read_some(buffer);
    if (!got) break;
    count += *got;
  }
  co_return count;
}

class noted_room final : public weft::read_room {
public:
  using read_room::found;
  using read_room::want_time;
  std::span<char> room() noexcept override {
    ++asked;
    return place;
  }
  int asked = 0;
  std::array<char, 16> place{};
};

task<std::size_t> read_into(tcp_stream& stream, noted_room& from) {
  const auto got = co_await stream.read_some(static_cast<weft::read_room&>(from));
  co_return got ? *got : 0;
}

// More than any socket buffer takes at once.
constexpr std::size_t large = 20 * 1024 * 1024;

// ------------------------------------------------------------------ the set alone

/// A pipe's end that is readable; its event ends the object that it was told about.
class pipe_watch final : public weft::detail::watched {
public:
  pipe_watch(unique_descriptor reader, int& alive) noexcept
      : watched(reader.release()), alive_(alive) {
    ++alive_;
  }

  void ends_at_its_event(pipe_watch& other) noexcept { other_ = &other; }
  std::error_code watch_readable() {
    lock_.lock();
    const auto error = watch(EPOLLIN);
    lock_.unlock();
    return error;
  }
  bool has_ended() const noexcept { return is_closed(); }
  void end() noexcept {
    { const unique_descriptor closing = withdraw(); }
    retire();
  }

  static inline int served = 0;

private:
  ~pipe_watch() override { --alive_; }
  void serve(std::uint32_t, weft::detail::woken_tasks&,
             weft::detail::look_time&) noexcept override {
    ++served;
    if (other_ != nullptr) std::exchange(other_, nullptr)->end();
  }

  int& alive_;
  pipe_watch* other_ = nullptr;
};

/// A pipe with a byte in it.
struct full_pipe {
  full_pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    reader = unique_descriptor(ends[0]);
    writer = unique_descriptor(ends[1]);
    REQUIRE(::write(writer.get(), "x", 1) == 1);
  }
  unique_descriptor reader;
  unique_descriptor writer;
};

TEST_CASE(
    "an object that is closed within a batch gets none of its events, and lives until the next") {
  run_under(one_loop, []() -> task<> {
    full_pipe a;
    full_pipe b;
    int alive = 0;
    auto* const first = new pipe_watch(std::move(a.reader), alive);
    auto* const second = new pipe_watch(std::move(b.reader), alive);
    first->ends_at_its_event(*second);
    second->ends_at_its_event(*first);
    const auto failed = first->watch_readable();
    const auto failed_too = second->watch_readable();
    REQUIRE((!failed && !failed_too));

    pipe_watch::served = 0;
    CHECK(look() == 2);  // both were ready
    CHECK(pipe_watch::served == 1);
    CHECK(alive == 2);
    auto* const survivor = first->has_ended() ? second : first;
    CHECK(look() == 1);
    CHECK(alive == 1);
    survivor->end();
    CHECK(look() == 0);
    CHECK(alive == 0);
    co_return;
  }());
}

}  // namespace

TEST_CASE("bytes that nobody waits for cost one event, and are read later") {
  run_under(one_loop, []() -> task<> {
    auto pair = co_await connected();
    auto reading = weft::go(read_up_to(pair.server, 4));
    const auto sent = co_await write(pair.client, "abcdefghij");
    CHECK(!sent);
    auto text = co_await reading.join();
    CHECK(text == "abcd");
    CHECK(look() == 1);
    CHECK(look() == 0);
    CHECK(look() == 0);
    text = co_await read_up_to(pair.server, 4);
    CHECK(text == "efgh");
    text = co_await read_up_to(pair.server, 4);
    CHECK(text == "ij");
    // Watched again: nothing was drained for ever.
    auto waiting = weft::go(read_up_to(pair.server, 4));
    co_await weft::sleep(1ms);
    const auto more = co_await write(pair.client, "kl");
    CHECK(!more);
    text = co_await waiting.join();
    CHECK(text == "kl");
  }());
}

TEST_CASE("a task that reads less than there is is woken for the rest") {
  for (const auto& m : weft::test::serving_models_with_io()) {
    CAPTURE(m.name);
    run_under(m, []() -> task<> {
      auto pair = co_await connected();
      std::string text;
      auto sending = weft::go(write(pair.client, std::string(200, 'x')));
      while (text.size() < 200) text += co_await read_up_to(pair.server, 7);
      CHECK(text == std::string(200, 'x'));
      const auto sent = co_await sending.join();
      CHECK(!sent);
    }());
  }
}

TEST_CASE("a peer that has gone costs one event, and the next read hears of it") {
  run_under(one_loop, []() -> task<> {
    auto pair = co_await connected();
    auto reading = weft::go(read_up_to(pair.server, 4));
    const auto sent = co_await write(pair.client, "abcd");
    CHECK(!sent);
    const auto text = co_await reading.join();
    CHECK(text == "abcd");
    pair.client.abort(condition::closed);
    { const auto closing = std::move(pair.client); }  // a reset
    CHECK(look() == 1);
    CHECK(look() == 0);
    const auto error = co_await read_error(pair.server);
    CHECK(error == std::errc::connection_reset);
    const auto again = co_await read_error(pair.server);
    CHECK(again == condition::eof);
  }());
}

TEST_CASE("room to write is watched for after a short write, and no longer than that") {
  run_under(one_loop, []() -> task<> {
    auto pair = co_await connected();
    auto idle = weft::go(read_error(pair.client));  // in the set from now on
    co_await weft::sleep(1ms);
    CHECK(look() == 0);
    auto writing = weft::go(write(pair.client, std::string(large, 'w')));
    std::vector<char> buffer(1024 * 1024);
    for (std::size_t count = 0; count < large;) {
      auto got = co_await pair.server.read_some(buffer);
      REQUIRE(got.has_value());
      count += *got;
    }
    const auto sent = co_await writing.join();
    CHECK(!sent);
    look();  // whatever the last bytes left
    CHECK(look() == 0);
    idle.cancel();
    const auto ended = co_await idle.join();
    CHECK(ended == condition::canceled);
  }());
}

TEST_CASE("a writer whose wait was cancelled is not watched for after one event") {
  run_under(one_loop, []() -> task<> {
    auto pair = co_await connected();
    auto writing = weft::go(write(pair.client, std::string(large, 'w')));
    co_await weft::sleep(1ms);
    writing.cancel();
    const auto ended = co_await writing.join();
    CHECK(ended == condition::canceled);
    pair.client.finish_writing();
    const auto count = co_await read_and_count(pair.server);
    CHECK(count > 0);
    look();
    CHECK(look() == 0);
  }());
}

TEST_CASE("an empty read and an empty write end at once") {
  for (const auto& m : weft::test::serving_models_with_io()) {
    CAPTURE(m.name);
    run_under(m, []() -> task<> {
      auto pair = co_await connected();
      auto got = co_await pair.server.read_some({});
      CHECK((got.has_value() && *got == 0));
      const auto sent = co_await write(pair.server, "");
      CHECK(!sent);
    }());
  }
}

// ------------------------------------------------------------------ races

namespace {

task<std::error_code> write_without_end(tcp_stream& stream) {
  static const std::string text(large, 'w');
  auto written = co_await stream.write_all(text);
  co_return written ? std::error_code() : written.error();
}

task<> abort_after(tcp_stream& stream, int yields) {
  for (int i = 0; i < yields; ++i) co_await weft::yield();
  stream.abort(condition::timed_out);
}

/// A reader, a writer and an abort of one stream, each where it comes to run.
/// @return whether all ended as they may
task<bool> abort_round(int round) {
  auto pair = co_await connected();
  auto reading = weft::go(read_error(pair.server));
  auto writing = weft::go(write_without_end(pair.server));
  auto sending = weft::go(write(pair.client, "x"));
  auto aborting = weft::go(abort_after(pair.server, round % 11));
  if (round % 3 == 0) reading.cancel();
  if (round % 4 == 0) writing.cancel();
  const auto read = co_await reading.join();
  const auto written = co_await writing.join();
  co_await aborting.join();
  const auto sent = co_await sending.join();
  const bool may_read = !read || read == condition::timed_out || read == condition::canceled;
  const bool may_write = written == condition::timed_out || written == condition::canceled;
  co_return may_read&& may_write && !sent;
}

task<> write_often(tcp_stream& stream) {
  for (int i = 0; i < 20; ++i) {
    const auto failed = co_await write(stream, "abc");
    if (failed) break;
    co_await weft::yield();
  }
}

/// A stream that is destroyed while its events come in.
task<bool> close_round(int round) {
  auto pair = co_await connected();
  auto writing = weft::go(write_often(pair.client));
  std::size_t count = 0;
  {
    tcp_stream server = std::move(pair.server);
    auto reading = weft::go(read_up_to(server, 2));
    for (int i = 0; i < round % 5; ++i) co_await weft::yield();
    reading.cancel();
    const auto text = co_await reading.join();
    count = text.size();
  }
  co_await writing.join();
  co_return count <= 2;
}

task<> count_good(task<bool> (*round)(int), int number, std::atomic<int>& good) {
  const bool was_good = co_await round(number);
  if (was_good) ++good;
}

task<int> many(task<bool> (*round)(int), int rounds) {
  std::atomic<int> good = 0;
  weft::task_group group;
  for (int i = 0; i < rounds; ++i) {
    group.deal(count_good(round, i, good));
    if (i % 8 == 7) co_await group.join();
  }
  co_await group.join();
  co_return good.load();
}

}  // namespace

TEST_CASE("a reader, a writer and an abort of one stream race, and each ends once") {
  for (const auto& m : weft::test::serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK(run_under(m, many(&abort_round, 60)) == 60);
  }
}

TEST_CASE("streams are destroyed while others' and their own events come in") {
  for (const auto& m : weft::test::serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK(run_under(m, many(&close_round, 200)) == 200);
  }
}

// ------------------------------------------------------------------ beyond one scheduler

namespace {

task<> fail_to_read(tcp_stream& stream) {
  const auto error = co_await read_error(stream);
  CHECK(error == std::errc::operation_not_supported);
}

}  // namespace

TEST_CASE("a direct stream cannot wait under a portable driver") {
  auto pair = run_under(one_loop, connected());
  run_under({"event_loop", weft::event_loop{}, io_kind::portable}, fail_to_read(pair.server));
}

TEST_CASE("a read that waits needs no room before its bytes have come") {
  run_under(one_loop, []() -> task<> {
    auto pair = co_await connected();
    noted_room room;
    auto reading = weft::go(read_into(pair.server, room));
    co_await weft::yield();
    look();
    CHECK(room.asked == 0);
    const auto error = co_await write(pair.client, "hello");
    CHECK(!error);
    const auto got = co_await reading.join();
    CHECK(got == 5);
    CHECK(room.asked == 1);
  }());
}

TEST_CASE("what one look has no room for counts as found when that look was") {
  run_under(one_loop, []() -> task<> {
    constexpr std::size_t more_than_a_batch = 40;
    std::vector<stream_pair> pairs;
    std::vector<noted_room> rooms(more_than_a_batch);
    std::vector<weft::join_handle<std::size_t>> reads;
    for (auto& room : rooms) {
      auto pair = co_await connected();
      pairs.push_back(std::move(pair));
      room.want_time();
      reads.push_back(weft::go(read_into(pairs.back().server, room)));
      co_await weft::yield();
    }
    const auto before = weft::steady_clock::now();
    for (auto& pair : pairs) {
      const auto sent = co_await write(pair.client, "x");
      CHECK(!sent);
    }
    std::size_t seen = look();
    CHECK(seen < more_than_a_batch);
    const auto between = weft::steady_clock::now();
    seen += look();
    CHECK(seen >= more_than_a_batch);
    for (auto& read : reads) {
      const std::size_t count = co_await read.join();
      CHECK(count == 1);
    }
    for (const auto& room : rooms) {
      REQUIRE(room.found());
      CHECK(*room.found() >= before);
      CHECK(*room.found() < between);
    }
    // All that is ready has been seen: the next look begins anew.
    auto reading = weft::go(read_into(pairs.front().server, rooms.front()));
    co_await weft::yield();
    const auto sent = co_await write(pairs.front().client, "y");
    CHECK(!sent);
    const std::size_t count = co_await reading.join();
    CHECK(count == 1);
    CHECK(*rooms.front().found() > between);
  }());
}

TEST_CASE("nobody who did not ask is told when bytes were found") {
  run_under(one_loop, []() -> task<> {
    auto pair = co_await connected();
    noted_room room;
    auto reading = weft::go(read_into(pair.server, room));
    co_await weft::yield();
    const auto sent = co_await write(pair.client, "x");
    CHECK(!sent);
    const std::size_t count = co_await reading.join();
    CHECK(count == 1);
    CHECK(!room.found());
  }());
}
