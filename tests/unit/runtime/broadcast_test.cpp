#include <weft/runtime/broadcast.hpp>

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/last_words.hpp>
#include <support/models.hpp>
#include <support/random_seed.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::broadcast;
using weft::broadcast_receiver;
using weft::condition;
using weft::task;
using weft::test::every_model;
using weft::test::last_words;
using weft::test::run_seeded;
using weft::test::run_under;
using weft::test::serving_models;

/// What a receiver got, up to the end: values received, values missed, and whether all came in
/// order.
struct account {
  std::uint64_t received = 0;
  std::uint64_t missed = 0;
  bool in_order = true;
  std::error_code end;
};

task<account> listen(broadcast_receiver<int> from, int first) {
  account a;
  int expected = first;
  for (;;) {
    auto value = co_await from.recv();
    if (value) {
      a.in_order &= *value == expected;
      expected = *value + 1;
      ++a.received;
    } else if (value.error() == condition::limit_exceeded) {
      a.missed += from.missed();
      expected += static_cast<int>(from.missed());
    } else {
      a.end = value.error();
      co_return a;
    }
  }
}

task<std::vector<account>> tell_all(std::size_t capacity, int count) {
  broadcast<int> values(capacity);
  std::vector<weft::join_handle<account>> listeners;
  for (int i = 0; i < 5; ++i) listeners.push_back(weft::go(listen(values.subscribe(), 0)));
  for (int i = 0; i < count; ++i) {
    values.send(i);
    if (i % 3 == 0) co_await weft::yield();
  }
  values.close();
  std::vector<account> all;
  for (auto& l : listeners) all.push_back(co_await l.join());
  co_return all;
}

TEST_CASE("each receiver sees every value in order, or is told how many it missed") {
  for (const auto& m : every_model()) {
    for (const std::size_t capacity : {1U, 3U, 8U, 1000U}) {
      CAPTURE(m.name, capacity);
      for (const auto& a : run_under(m, tell_all(capacity, 500))) {
        CHECK(a.received + a.missed == 500);
        CHECK(a.in_order);
        CHECK(a.end == condition::eof);
        if (capacity == 1000) CHECK(a.missed == 0);
      }
    }
  }
}

task<std::string> subscribe_late() {
  broadcast<int> values(4);
  std::string log = std::to_string(values.send(1));  // nobody listens
  auto first = values.subscribe();
  values.send(2);
  auto second = values.subscribe();
  log += std::to_string(values.send(3));
  for (auto* r : {&first, &first, &second}) {
    auto value = co_await r->recv();
    log += " " + std::to_string(*value);
  }
  co_return log;
}

TEST_CASE("a receiver sees what was sent after it subscribed, and nothing before") {
  CHECK(run_seeded(subscribe_late()) == "02 2 3 3");
}

task<std::string> fall_behind() {
  broadcast<int> values(3);
  auto slow = values.subscribe();
  for (int i = 0; i < 10; ++i) values.send(i);
  std::string log;
  auto lost = co_await slow.recv();
  log += lost.error() == condition::limit_exceeded ? std::to_string(slow.missed()) : "?";
  for (int i = 0; i < 3; ++i) {
    auto value = co_await slow.recv();
    log += " " + std::to_string(*value);
  }
  values.close();
  auto end = co_await slow.recv();
  co_return log + (end.error() == condition::eof ? " eof" : " ?");
}

TEST_CASE("a slow receiver loses the oldest values, learns how many, and goes on") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, fall_behind()) == "7 7 8 9 eof");
  }
}

task<std::error_code> receive_once(broadcast_receiver<int>& from) {
  auto value = co_await from.recv();
  co_return value ? std::error_code() : value.error();
}

task<int> cancel_then_receive(bool before) {
  broadcast<int> values(2);
  auto mine = values.subscribe();
  auto waiter = weft::go(receive_once(mine));
  if (!before) (void)co_await weft::sleep(1ms);
  waiter.cancel();
  const auto outcome = co_await waiter.join();
  values.send(7);
  auto value = co_await mine.recv();
  co_return outcome == condition::canceled&& value ? *value : -1;
}

TEST_CASE("a cancelled receive loses nothing of a broadcast") {
  for (const auto& m : every_model()) {
    for (const bool before : {true, false}) {
      CAPTURE(m.name, before);
      CHECK(run_under(m, cancel_then_receive(before)) == 7);
    }
  }
}

task<> send_after(broadcast<int>& to, std::uint32_t yields) {
  for (std::uint32_t i = 0; i < yields; ++i) co_await weft::yield();
  to.send(1);
}

task<int> race(int rounds, std::uint64_t seed) {
  std::minstd_rand random(static_cast<unsigned>(seed));
  int kept = 0;
  for (int i = 0; i < rounds; ++i) {
    broadcast<int> values(1);
    auto mine = values.subscribe();
    auto waiter = weft::go(receive_once(mine));
    auto sender = weft::go(send_after(values, random() % 4));
    for (auto yields = random() % 4; yields != 0; --yields) co_await weft::yield();
    waiter.cancel();
    const auto outcome = co_await waiter.join();
    co_await sender.join();
    values.close();
    const auto next = co_await receive_once(mine);
    // Received before, or still there.
    kept += (!outcome && next == condition::eof) || (outcome && !next) ? 1 : 0;
  }
  co_return kept;
}

TEST_CASE("a broadcast value is received or still there, when a cancel runs into the send") {
  const auto seed = weft::test::random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, race(700, seed)) == 700);
  }
}

TEST_CASE("threads that run no task send to and receive from a broadcast") {
  constexpr int count = 1'000;
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    broadcast<int> values(16);
    auto of_task = values.subscribe();
    auto of_thread = values.subscribe();
    std::uint64_t seen = 0;
    std::thread listener([&] {
      for (;;) {
        auto value = of_thread.blocking_recv();
        if (value) ++seen;
        else if (value.error() == condition::limit_exceeded) seen += of_thread.missed();
        else break;
      }
    });
    std::thread sender([&] {
      for (int i = 0; i < count; ++i) values.send(i);
      values.close();
    });
    const auto a = run_under(m, listen(std::move(of_task), 0));
    sender.join();
    listener.join();
    CHECK(a.received + a.missed == count);
    CHECK(a.in_order);
    CHECK(seen == count);
  }
}

TEST_CASE("a broadcast that is destroyed before its receivers ends the process") {
  CHECK_THAT(last_words([] {
               auto values = std::make_unique<broadcast<int>>(1U);
               (void)new broadcast_receiver<int>(values->subscribe());
               values.reset();
             }),
             ContainsSubstring("a weft::broadcast was destroyed before its receivers"));
}

}  // namespace
