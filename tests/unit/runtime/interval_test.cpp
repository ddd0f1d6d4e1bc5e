#include <weft/runtime/interval.hpp>

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <stdexcept>
#include <vector>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::condition;
using weft::duration;
using weft::interval;
using weft::missed_ticks;
using weft::scheduler;
using weft::task;
using weft::test::every_model;
using weft::test::run_seeded;
using weft::test::run_under;

using milliseconds = std::chrono::milliseconds;

// When each tick came and when it was due, in ms since the start; after each, so long a piece of
// work.
task<std::vector<std::pair<long, long>>> tick_beside(std::vector<duration> work,
                                                     missed_ticks policy) {
  const auto start = scheduler::current().now();
  interval ticks(10ms, policy);
  std::vector<std::pair<long, long>> seen;
  for (const duration length : work) {
    auto due = co_await ticks.tick();
    if (!due) break;
    const auto now = scheduler::current().now();
    seen.emplace_back((now - start) / milliseconds(1), (*due - start) / milliseconds(1));
    (void)co_await weft::sleep(length);
  }
  co_return seen;
}

using ticks_seen = std::vector<std::pair<long, long>>;

TEST_CASE("ticks do not drift, however long the work between them takes") {
  CHECK(run_seeded(tick_beside({3ms, 9ms, 0ms, 10ms, 1ms}, missed_ticks::skip)) ==
        ticks_seen{{10, 10}, {20, 20}, {30, 30}, {40, 40}, {50, 50}});
}

TEST_CASE("skipped ticks come as one, and then the old rhythm goes on") {
  CHECK(run_seeded(tick_beside({35ms, 1ms, 1ms, 1ms}, missed_ticks::skip)) ==
        ticks_seen{{10, 10}, {45, 20}, {50, 50}, {60, 60}});
}

TEST_CASE("a burst makes up for all missed ticks at once") {
  CHECK(run_seeded(tick_beside({35ms, 0ms, 0ms, 0ms, 0ms}, missed_ticks::burst)) ==
        ticks_seen{{10, 10}, {45, 20}, {45, 30}, {45, 40}, {50, 50}});
}

TEST_CASE("a delay starts a new rhythm from the late tick") {
  CHECK(run_seeded(tick_beside({35ms, 1ms, 1ms}, missed_ticks::delay)) ==
        ticks_seen{{10, 10}, {45, 20}, {55, 55}});
}

task<std::error_code> tick_once(interval& ticks) {
  auto due = co_await ticks.tick();
  co_return due ? std::error_code() : due.error();
}

task<std::error_code> cancel_tick(bool before) {
  interval ticks(1h);
  auto waiter = weft::go(tick_once(ticks));
  if (!before) (void)co_await weft::sleep(1ms);
  waiter.cancel();
  co_return co_await waiter.join();
}

TEST_CASE("a cancelled wait for a tick ends at once") {
  for (const auto& m : every_model()) {
    for (const bool before : {true, false}) {
      CAPTURE(m.name, before);
      CHECK(run_under(m, cancel_tick(before)) == condition::canceled);
    }
  }
}

task<duration> time_of_ticks(int count) {
  const auto start = scheduler::current().now();
  interval ticks(2ms);
  for (int i = 0; i < count; ++i) (void)co_await tick_once(ticks);
  co_return scheduler::current().now() - start;
}

TEST_CASE("ticks take at least their time") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, time_of_ticks(3)) >= 6ms);
  }
}

task<duration> tick_after_cancel() {
  const auto start = scheduler::current().now();
  interval ticks(1s);
  auto waiter = weft::go(tick_once(ticks));
  (void)co_await weft::sleep(300ms);
  waiter.cancel();
  (void)co_await waiter.join();
  auto due = co_await ticks.tick();
  co_return *due - start;
}

TEST_CASE("the tick that a cancelled wait missed is not lost") {
  CHECK(run_seeded(tick_after_cancel()) == 1s);
}

task<> make_interval(duration period) {
  const interval ticks(period);
  co_return;
}

TEST_CASE("an interval needs a period, and a task to live in") {
  CHECK_THROWS_AS(run_seeded(make_interval(0ms)), std::invalid_argument);
  CHECK_THROWS_AS(run_seeded(make_interval(-1ms)), std::invalid_argument);
  CHECK_THROWS_WITH(interval(1s), ContainsSubstring("needs a running weft task"));
}

}  // namespace
