#include <weft/runtime/metrics.hpp>

#include <weft/runtime/blocking.hpp>
#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <thread>

namespace {

using namespace std::chrono_literals;
using weft::scheduler;
using weft::scheduler_metrics;
using weft::task;

task<> yield_times(int times) {
  for (int i = 0; i < times; ++i) co_await weft::yield();
}

TEST_CASE("slices count the times that tasks got control, under each model") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    scheduler s(m.value);
    s.run(yield_times(100));
    // The task's 101, and the scheduler's own task that waits for it.
    const auto slices = s.metrics().total().slices;
    CHECK(slices >= 102);
    CHECK(slices <= 110);
  }
}

TEST_CASE("a scheduler that has not run has counted nothing") {
  const scheduler s(weft::parallel{.workers = 3});
  const scheduler_metrics metrics = s.metrics();
  CHECK(metrics.workers.size() >= 3);
  CHECK(metrics.workers[0].id == 0);
  CHECK_FALSE(metrics.workers[0].is_spare);
  CHECK(metrics.total().slices == 0);
  CHECK(metrics.injected == 0);
  CHECK(metrics.blocking.threads == 0);
}

task<> sleep_three_times() {
  for (int i = 0; i < 3; ++i) (void)co_await weft::sleep(1ms);
}

// On a busy machine a timer may be due before its worker has come to park.
TEST_CASE("timers and parks are counted where tasks sleep") {
  scheduler s(weft::event_loop{});
  unsigned runs = 0;
  do s.run(sleep_three_times());
  while (++runs < 1'000 && s.metrics().total().parks < 3);
  CHECK(s.metrics().total().timers_fired == 3 * runs);
  CHECK(s.metrics().total().parks >= 3);
}

TEST_CASE("timers are counted in virtual time as well") {
  scheduler s(weft::deterministic{});
  s.run(sleep_three_times());
  CHECK(s.metrics().total().timers_fired == 3);
}

task<scheduler_metrics> metrics_with_three_queued() {
  weft::task_group group;
  for (int i = 0; i < 3; ++i) group.go(yield_times(1));
  auto now = scheduler::current().metrics();
  co_await group.join();
  co_return now;
}

TEST_CASE("the depth of the queues is what waits at that moment") {
  scheduler s(weft::event_loop{});
  // Beside the three, the scheduler's own task has not run yet.
  CHECK(s.run(metrics_with_three_queued()).total().queued >= 3);
  CHECK(s.metrics().total().queued == 0);
}

task<scheduler_metrics> metrics_during_a_call() {
  auto now = co_await weft::blocking([&here = scheduler::current()] { return here.metrics(); });
  co_return now;
}

TEST_CASE("blocking calls are counted, and seen while they run") {
  scheduler s(weft::event_loop{});
  const auto during = s.run(metrics_during_a_call()).blocking;
  CHECK(during.calls == 1);
  CHECK(during.running == 1);
  CHECK(during.threads == 1);
  CHECK(during.queued == 0);
}

task<> spin_for(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) weft::checkpoint();
  co_return;
}

task<> two_spinners() {
  weft::task_group group;
  group.go(spin_for(20ms));
  group.go(spin_for(20ms));
  co_await group.join();
}

TEST_CASE("waits for the GIL, requests and switches are counted") {
  scheduler s(weft::gil{.threads = 2, .switch_interval = 1ms});
  s.run(two_spinners());
  const auto gil = s.metrics().gil;
  CHECK(gil.waits > 0);
  CHECK(gil.drop_requests > 0);
  CHECK(gil.switches > 0);
}

TEST_CASE("a spare that is let run is counted") {
  scheduler s(weft::parallel{.workers = 1});
  s.run(spin_for(60ms));
  CHECK(s.metrics().spares_released >= 1);
}

task<> many_children() {
  weft::task_group group;
  for (int i = 0; i < 64; ++i) group.go(spin_for(1ms));
  co_await group.join();
}

TEST_CASE("stealing is counted by the thief") {
  scheduler s(weft::parallel{.workers = 2});
  s.run(many_children());
  CHECK(s.metrics().total().steals > 0);
}

TEST_CASE("metrics are read while tasks run, and never go back") {
  for (const auto& m : weft::test::serving_models()) {
    CAPTURE(m.name);
    scheduler s(m.value);
    std::atomic<bool> done = false;
    std::thread runner([&] {
      s.run(yield_times(20'000));
      done = true;
    });
    std::uint64_t last = 0;
    bool grows = true;
    while (!done) {
      const auto now = s.metrics().total().slices;
      grows = grows && now >= last;
      last = now;
      std::this_thread::sleep_for(100us);
    }
    runner.join();
    CHECK(grows);
    CHECK(s.metrics().total().slices >= 20'000);
  }
}

}  // namespace
