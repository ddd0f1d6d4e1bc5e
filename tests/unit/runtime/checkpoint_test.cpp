#include <weft/runtime/checkpoint.hpp>

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>

namespace {

using namespace std::chrono_literals;
using weft::task;
using weft::test::run_under;

constexpr auto patience = 10s;

TEST_CASE("a checkpoint outside of tasks does nothing") {
  for (int i = 0; i < 1'000; ++i) weft::checkpoint();
  SUCCEED();
}

task<> set(std::atomic<bool>& flag) {
  flag = true;
  co_return;
}

/// Starts a task and computes until it has run, or patience ends.
task<bool> compute_until_other_ran() {
  std::atomic<bool> ran = false;
  auto other = weft::go(set(ran));
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!ran && std::chrono::steady_clock::now() < end) weft::checkpoint();
  const bool in_time = ran;
  co_await other.join();
  co_return in_time;
}

TEST_CASE("under the GIL-style model a checkpoint lets another thread run tasks") {
  for (const unsigned threads : {2U, 4U}) {
    CAPTURE(threads);
    CHECK(run_under({"gil", weft::gil{.threads = threads}}, compute_until_other_ran()));
  }
}

TEST_CASE("under the parallel model the others run without a checkpoint's help") {
  CHECK(run_under({"parallel", weft::parallel{.workers = 2}}, compute_until_other_ran()));
}

task<> enter_and_leave(std::atomic<int>& inside, std::atomic<bool>& overlapped, int times) {
  for (int i = 0; i < times; ++i) {
    if (inside.fetch_add(1) != 0) overlapped = true;
    inside.fetch_sub(1);
    weft::checkpoint();
    if (i % 16 == 0) co_await weft::yield();
  }
}

task<bool> overlap_under(int tasks, int times) {
  std::atomic<int> inside = 0;
  std::atomic<bool> overlapped = false;
  weft::task_group group;
  for (int i = 0; i < tasks; ++i) group.go(enter_and_leave(inside, overlapped, times));
  co_await group.join();
  co_return overlapped.load();
}

TEST_CASE("under the GIL-style model one thread at a time runs tasks") {
  const weft::gil m{.threads = 8, .switch_interval = 50us};
  CHECK_FALSE(run_under({"gil", m}, overlap_under(16, 2'000)));
}

task<> compute(weft::duration length) {
  const auto end = std::chrono::steady_clock::now() + length;
  while (std::chrono::steady_clock::now() < end) weft::checkpoint();
  co_return;
}

task<weft::duration> wait_beside(task<> burner) {
  auto handle = weft::go(std::move(burner));
  const auto start = std::chrono::steady_clock::now();
  (void)co_await weft::sleep(1ms);
  const auto waited = std::chrono::steady_clock::now() - start;
  co_await handle.join();
  co_return waited;
}

TEST_CASE("behind a computation light work waits its whole length only on an event loop") {
  constexpr auto length = 600ms;
  CHECK(run_under({"event_loop", weft::event_loop{}}, wait_beside(compute(length))) >= length);
  CHECK(run_under({"gil", weft::gil{.threads = 2}}, wait_beside(compute(length))) < length);
  CHECK(run_under({"parallel", weft::parallel{.workers = 2}}, wait_beside(compute(length))) <
        length);
}

task<weft::duration> wait_beside_many(int burners, weft::duration length) {
  weft::task_group group;
  for (int i = 0; i < burners; ++i) group.go(compute(length));
  co_await weft::sleep(1ms);  // until every worker is inside one
  const auto start = std::chrono::steady_clock::now();
  co_await weft::sleep(1ms);
  const auto waited = std::chrono::steady_clock::now() - start;
  co_await group.join();
  co_return waited;
}

TEST_CASE("a spare worker serves light work while every worker computes") {
  constexpr auto length = 1000ms;
  for (int round = 0; round < 3; ++round) {
    CHECK(run_under({"parallel", weft::parallel{.workers = 2}}, wait_beside_many(3, length)) <
          length / 2);
  }
}

task<> yield_then_count(std::atomic<int>& count) {
  for (int step = 0; step < 20; ++step) co_await weft::yield();
  co_await compute(100us);
  ++count;
}

task<int> count_beside_computations(int tasks) {
  std::atomic<int> ended = 0;
  weft::task_group group;
  for (int i = 0; i < 4; ++i) group.go(compute(15ms));
  for (int i = 0; i < tasks; ++i) group.go(yield_then_count(ended));
  co_await group.join();
  co_return ended.load();
}

TEST_CASE("tasks that a spare worker holds when it retires still run") {
  for (int round = 0; round < 20; ++round) {
    CHECK(run_under({"parallel", weft::parallel{.workers = 2}}, count_beside_computations(200)) ==
          200);
  }
}

}  // namespace
