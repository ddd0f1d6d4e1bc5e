// Cancels that meet the completion of what they cancel, on several workers. Each round counts what
// went in and what came out: nothing may be lost, doubled, or woken twice.

#include <weft/runtime/channel.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>
#include <support/random_seed.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstdint>
#include <random>
#include <vector>

namespace {

using weft::channel;
using weft::task;
using weft::test::every_model;
using weft::test::random_seed;
using weft::test::run_under;

using counter = std::atomic<int>;

/// Small random numbers.
class dice {
public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}
  std::uint32_t operator()(std::uint32_t count) {
    return static_cast<std::uint32_t>(engine_() % count);
  }

private:
  std::mt19937_64 engine_;
};

task<> pause(std::uint32_t length) {
  for (std::uint32_t i = 0; i < length; ++i) co_await weft::yield();
}

task<> send_counted(channel<int>& values, counter& sent, std::uint32_t length) {
  co_await pause(length);
  auto outcome = co_await values.send(1);
  if (outcome) ++sent;
}

task<> receive_counted(channel<int>& values, counter& received, std::uint32_t length) {
  co_await pause(length);
  auto value = co_await values.recv();
  if (value) ++received;
}

task<> cancel_counted(weft::join_handle<> victim, std::uint32_t length) {
  co_await pause(length);
  victim.cancel();
  co_await victim.join();
}

task<> close_later(channel<int>& values, std::uint32_t length) {
  co_await pause(length);
  values.close();
}

struct balance {
  int sent = 0;
  int received = 0;
  int left = 0;
};

task<balance> race_on_channel(int rounds, std::uint64_t seed) {
  dice random(seed);
  counter sent = 0;
  counter received = 0;
  int left = 0;
  for (int i = 0; i < rounds; ++i) {
    channel<int> values(random(3));
    weft::task_group group;
    for (int k = 0; k < 2; ++k) {
      auto sender = group.go(send_counted(values, sent, random(4)));
      auto receiver = group.go(receive_counted(values, received, random(4)));
      group.go(cancel_counted(std::move(sender), random(6)));
      group.go(cancel_counted(std::move(receiver), random(6)));
    }
    if (random(2) == 0) group.go(close_later(values, random(6)));
    co_await group.join();
    while (values.try_recv()) ++left;
  }
  balance b;
  b.sent = sent;
  b.received = received;
  b.left = left;
  co_return b;
}

TEST_CASE("a channel loses and doubles no value when cancel, close and partners race") {
  const auto seed = random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const auto b = run_under(m, race_on_channel(1'500, seed));
    CHECK(b.received > 0);
    CHECK(b.sent == b.received + b.left);
  }
}

task<> wait_for_child(counter& ended, std::uint32_t length) {
  auto child = weft::go(pause(length));
  co_await child.join();
  ++ended;
}

task<> own_children(counter& ended, std::uint32_t length) {
  weft::task_group group;
  for (std::uint32_t i = 0; i < 3; ++i) group.go(wait_for_child(ended, length + i));
  co_await group.join();
}

task<int> race_on_joins(int rounds, std::uint64_t seed) {
  dice random(seed);
  counter ended = 0;
  for (int i = 0; i < rounds; ++i) {
    weft::task_group group;
    auto owner = group.go(own_children(ended, random(4)));
    group.go(cancel_counted(std::move(owner), random(8)));
    co_await pause(random(4));
    if (random(3) == 0) group.cancel();
    co_await group.join();
  }
  co_return ended.load();
}

TEST_CASE("joins wait for every child when cancels race with their ends") {
  const auto seed = random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, race_on_joins(1'500, seed)) == 3 * 1'500);
  }
}

task<> sleep_counted(counter& slept, counter& canceled, weft::duration wait) {
  const auto outcome = co_await weft::sleep(wait);
  ++(outcome ? canceled : slept);
}

task<> cancel_after(weft::join_handle<> victim, weft::duration wait) {
  (void)co_await weft::sleep(wait);
  victim.cancel();
  co_await victim.join();
}

struct sleeps {
  int slept = 0;
  int canceled = 0;
};

task<sleeps> race_on_timers(int rounds, std::uint64_t seed) {
  dice random(seed);
  counter slept = 0;
  counter canceled = 0;
  for (int i = 0; i < rounds; ++i) {
    weft::task_group group;
    const weft::duration wait(1'000 * (random(50)));
    for (int k = 0; k < 8; ++k) {
      // The canceller's timer and the victim's are due together, in one heap or in two.
      auto victim = group.go(sleep_counted(slept, canceled, wait + weft::duration(k)));
      group.go(cancel_after(std::move(victim), wait));
    }
    co_await group.join();
  }
  sleeps s;
  s.slept = slept;
  s.canceled = canceled;
  co_return s;
}

TEST_CASE("a sleep that expires while it is cancelled ends once") {
  const auto seed = random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const auto s = run_under(m, race_on_timers(300, seed));
    CHECK(s.slept + s.canceled == 8 * 300);
  }
}

task<> fail_at_random(std::uint32_t length) {
  co_await pause(length);
  throw 1;
}

task<> sleep_long() { (void)co_await weft::sleep(std::chrono::hours(1)); }

task<int> race_on_errors(int rounds, std::uint64_t seed) {
  dice random(seed);
  int errors = 0;
  for (int i = 0; i < rounds; ++i) {
    weft::task_group group;
    for (int k = 0; k < 3; ++k) group.go(fail_at_random(random(4)));
    for (int k = 0; k < 3; ++k) group.go(sleep_long());
    try {
      co_await group.join();
    } catch (int) {
      ++errors;
    }
  }
  co_return errors;
}

TEST_CASE("errors of siblings that race give one error and cancel the rest") {
  const auto seed = random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, race_on_errors(500, seed)) == 500);
  }
}

}  // namespace
