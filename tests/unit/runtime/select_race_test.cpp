// Selects that meet partners, other selects, timers, cancels and closes at the same moment, on
// several workers. Each round counts what went in and what came out.

#include <weft/runtime/select.hpp>

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>
#include <support/random_seed.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>

namespace {

using weft::after;
using weft::channel;
using weft::on_cancel;
using weft::recv;
using weft::select;
using weft::send;
using weft::task;
using weft::test::every_model;
using weft::test::random_seed;
using weft::test::run_under;
using weft::test::seeds;

struct tally {
  std::atomic<long> sent = 0;
  std::atomic<long> received = 0;
  std::atomic<int> timeouts = 0;
  std::atomic<int> cancelled = 0;
};

// Both channels both ways: each of these meets all others and never itself.
task<> swap_values(channel<int>& a, channel<int>& b, tally& t, int rounds, int own) {
  for (int i = 0; i < rounds; ++i) {
    auto chosen = co_await select(recv(a), send(b, own), recv(b), send(a, own));
    switch (chosen.index()) {
      case 0:
        if (!chosen.get<0>()) co_return;
        t.received += *chosen.get<0>();
        break;
      case 1:
        if (!chosen.get<1>()) co_return;
        t.sent += own;
        break;
      case 2:
        if (!chosen.get<2>()) co_return;
        t.received += *chosen.get<2>();
        break;
      case 3:
        if (!chosen.get<3>()) co_return;
        t.sent += own;
        break;
      default: co_return;
    }
    if (i % 7 == own % 7) co_await weft::yield();
  }
}

task<> close_both_later(channel<int>& a, channel<int>& b) {
  for (int i = 0; i < 400; ++i) co_await weft::yield();
  a.close();
  b.close();
}

task<long> swap_among_many(std::size_t capacity, int rounds) {
  channel<int> a(capacity);
  channel<int> b(capacity);
  tally t;
  weft::task_group group;
  for (int own = 1; own <= 6; ++own) group.go(swap_values(a, b, t, rounds, own));
  // Who ends first leaves the others without a partner.
  auto stopper = weft::go(close_both_later(a, b));
  co_await group.join();
  co_await stopper.join();
  long left = 0;
  for (channel<int>* c : {&a, &b}) {
    while (auto value = c->try_recv()) left += *value;
  }
  co_return t.sent - t.received - left;
}

TEST_CASE("selects that face each other over two channels lose and double nothing") {
  for (const auto& m : every_model()) {
    for (const std::size_t capacity : {0U, 1U, 3U}) {
      CAPTURE(m.name, capacity);
      CHECK(run_under(m, swap_among_many(capacity, 300)) == 0);
    }
  }
}

task<> choose_one(channel<int>& in, channel<int>& out, tally& t, weft::duration wait) {
  auto chosen = co_await select(recv(in), send(out, 1), after(wait), on_cancel());
  switch (chosen.index()) {
    case 0: t.received += chosen.get<0>() ? 1 : 0; break;
    case 1: t.sent += chosen.get<1>() ? 1 : 0; break;
    case 2: ++t.timeouts; break;
    case 3: ++t.cancelled; break;
    default: break;
  }
}

task<> send_one(channel<int>& to, tally& t, std::uint32_t yields) {
  for (std::uint32_t i = 0; i < yields; ++i) co_await weft::yield();
  auto sent = co_await to.send(1);
  t.sent += sent ? 1 : 0;
}

task<> receive_one(channel<int>& from, tally& t, std::uint32_t yields) {
  for (std::uint32_t i = 0; i < yields; ++i) co_await weft::yield();
  auto got = co_await from.recv();
  t.received += got ? 1 : 0;
}

task<> cancel_later(weft::join_handle<> victim, std::uint32_t yields) {
  for (std::uint32_t i = 0; i < yields; ++i) co_await weft::yield();
  victim.cancel();
  co_await victim.join();
}

task<> close_later(channel<int>& values, std::uint32_t yields) {
  for (std::uint32_t i = 0; i < yields; ++i) co_await weft::yield();
  values.close();
}

task<> race_all(int rounds, std::uint64_t seed, tally& t) {
  std::minstd_rand random(static_cast<unsigned>(seed));
  const auto few = [&random](unsigned count) {
    return static_cast<std::uint32_t>(random() % count);
  };
  for (int i = 0; i < rounds; ++i) {
    channel<int> in(few(2));
    channel<int> out(few(2));
    weft::task_group group;
    for (int k = 0; k < 2; ++k) {
      // Short enough to run into the others, also where time is real.
      auto victim = group.go(choose_one(in, out, t, weft::duration(few(5'000))));
      if (few(2) == 0) group.go(cancel_later(std::move(victim), few(5)));
    }
    auto sender = group.go(send_one(in, t, few(4)));
    auto receiver = group.go(receive_one(out, t, few(4)));
    group.go(cancel_later(std::move(sender), 4 + few(4)));
    group.go(cancel_later(std::move(receiver), 4 + few(4)));
    if (few(3) == 0) group.go(close_later(in, few(5)));
    if (few(3) == 0) group.go(close_later(out, few(5)));
    co_await group.join();
    while (in.try_recv()) ++t.received;
    while (out.try_recv()) ++t.received;
  }
}

TEST_CASE("partner, timer, cancel and close race for a select, and one of them wins") {
  const auto seed = random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    tally t;
    run_under(m, race_all(600, seed, t));
    CHECK(t.sent == t.received);
    CHECK(t.received > 0);
  }
}

TEST_CASE("each of the endings of a select happens in some interleaving") {
  tally t;
  for (const auto& m : seeds(40)) run_under(m, race_all(20, 1, t));
  CHECK(t.sent == t.received);
  CHECK(t.received > 0);
  CHECK(t.timeouts > 0);
  CHECK(t.cancelled > 0);
}

}  // namespace
