#include <weft/runtime/sleep.hpp>

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>
#include <support/random_seed.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::condition;
using weft::duration;
using weft::scheduler;
using weft::task;
using weft::test::every_model;
using weft::test::random_seed;
using weft::test::run_seeded;
using weft::test::run_under;
using weft::test::seeds;

task<std::error_code> sleep_for(duration wait) { co_return co_await weft::sleep(wait); }

task<duration> time_of(duration wait) {
  const auto start = scheduler::current().now();
  (void)co_await weft::sleep(wait);
  co_return scheduler::current().now() - start;
}

TEST_CASE("a sleep takes the time it was asked for") {
  for (const auto& m : seeds(5)) {
    CAPTURE(m.name);
    CHECK(run_under(m, time_of(1ns)) == 1ns);
    CHECK(run_under(m, time_of(90min)) == 90min);
  }
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, time_of(2ms)) >= 2ms);
  }
}

TEST_CASE("a sleep of no time or less takes none") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, sleep_for(0ns)) == std::error_code());
    CHECK(run_under(m, sleep_for(-1h)) == std::error_code());
  }
  CHECK(run_seeded(time_of(-1h)) == 0ns);
}

task<std::error_code> sleep_until_past() {
  co_return co_await weft::sleep_until(scheduler::current().now() - 1h);
}

TEST_CASE("sleep_until a point that is over does not fail") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, sleep_until_past()) == std::error_code());
  }
}

task<> log_after(std::string& log, char name, duration wait) {
  (void)co_await weft::sleep(wait);
  log += name;
}

task<std::string> wake_in_order() {
  std::string log;
  weft::task_group group;
  group.go(log_after(log, 'c', 3s));
  group.go(log_after(log, 'a', 1s));
  group.go(log_after(log, 'd', 4s));
  group.go(log_after(log, 'b', 2s));
  co_await group.join();
  co_return log;
}

TEST_CASE("sleepers wake in the order of their times") {
  for (const auto& m : seeds(20)) {
    CAPTURE(m.name);
    CHECK(run_under(m, wake_in_order()) == "abcd");
  }
}

struct cancel_report {
  std::error_code outcome;
  duration waited{};
};

task<cancel_report> cancel_after(duration wait, duration cancel_at) {
  const auto start = scheduler::current().now();
  auto sleeper = weft::go(sleep_for(wait));
  if (cancel_at > 0ns) (void)co_await weft::sleep(cancel_at);
  sleeper.cancel();
  cancel_report report;
  report.outcome = co_await sleeper.join();
  report.waited = scheduler::current().now() - start;
  co_return report;
}

TEST_CASE("a cancelled sleep ends at the time of the cancel") {
  for (const auto& m : seeds(20)) {
    CAPTURE(m.name);
    const auto report = run_under(m, cancel_after(1h, 1s));
    CHECK(report.outcome == condition::canceled);
    CHECK(report.waited == 1s);
  }
}

TEST_CASE("a task that is cancelled does not sleep at all") {
  for (const auto& m : seeds(20)) {
    CAPTURE(m.name);
    const auto report = run_under(m, cancel_after(1h, 0s));
    CHECK(report.outcome == condition::canceled);
    CHECK(report.waited == 0s);
  }
}

TEST_CASE("a cancel after the end of a sleep changes nothing") {
  for (const auto& m : seeds(20)) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_after(1s, 2s)).outcome == std::error_code());
  }
}

struct outcomes {
  int slept = 0;
  int canceled = 0;

  void count(std::error_code outcome) {
    slept += outcome == std::error_code() ? 1 : 0;
    canceled += outcome == condition::canceled ? 1 : 0;
  }
};

task<outcomes> cancel_at_expiry(int rounds, std::uint64_t seed) {
  std::minstd_rand random(static_cast<unsigned>(seed));
  outcomes seen;
  for (int i = 0; i < rounds; ++i) {
    const duration wait(random() % 60'000);
    const duration before_cancel(random() % 60'000);
    auto sleeper = weft::go(sleep_for(wait));
    auto late = weft::go(sleep_for(wait));
    (void)co_await weft::sleep(before_cancel);
    sleeper.cancel();
    late.cancel();
    seen.count(co_await sleeper.join());
    seen.count(co_await late.join());
  }
  co_return seen;
}

TEST_CASE("a cancel may run into the expiry of the sleep") {
  const auto seed = random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const auto seen = run_under(m, cancel_at_expiry(1'000, seed));
    CHECK(seen.slept + seen.canceled == 2'000);
  }
  // In virtual time nothing but the seed decides, so both must happen.
  const auto seen = run_seeded(cancel_at_expiry(1'000, seed), seed);
  CHECK(seen.slept > 0);
  CHECK(seen.canceled > 0);
}

task<> sleep_in_turns(std::atomic<int>& ended, std::uint64_t seed) {
  std::minstd_rand random(static_cast<unsigned>(seed));
  for (int i = 0; i < 20; ++i) (void)co_await weft::sleep(duration(random() % 300'000));
  ++ended;
}

task<int> many_sleepers(int count, std::uint64_t seed) {
  std::atomic<int> ended = 0;
  weft::task_group group;
  for (int i = 0; i < count; ++i) {
    group.go(sleep_in_turns(ended, seed + static_cast<std::uint64_t>(i)));
  }
  co_await group.join();
  co_return ended.load();
}

TEST_CASE("a thousand tasks that sleep again and again all come back") {
  const auto seed = random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, many_sleepers(1'000, seed)) == 1'000);
  }
}

TEST_CASE("a sleep that is not awaited does nothing") {
  const auto unused = weft::sleep_until(weft::time_point::max());
  (void)unused;
  CHECK(run_seeded(time_of(1s)) == 1s);
}

}  // namespace
