#include <weft/runtime/channel.hpp>
#include <weft/runtime/metrics.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>

// How many threads work wakes, and whether it still wakes one where that pays.

namespace {

using namespace std::chrono_literals;
using weft::duration;
using weft::scheduler;
using weft::task;
using weft::test::run_under;
using weft::test::serving_models;

/// How often a thread of this process went to sleep.
long waits_so_far() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_nvcsw;
}

task<> sleep_often(int times) {
  for (int i = 0; i < times; ++i) (void)co_await weft::sleep(1ms);
}

TEST_CASE("a timer wakes one idle worker, not all of them") {
  constexpr int times = 200;
  const long before = waits_so_far();
  const auto begin = std::chrono::steady_clock::now();
  run_under({"parallel", weft::parallel{.workers = 8}}, sleep_often(times));
  // One for each sleep, and the monitor's, which looks every 2 ms while somebody works.
  const long looks = (std::chrono::steady_clock::now() - begin) / 2ms;
  CHECK(waits_so_far() - before < 3 * times + looks);
}

task<> sleep_once(duration wait) { (void)co_await weft::sleep(wait); }

task<duration> lateness_of(duration wait) {
  const auto due = scheduler::current().now() + wait;
  (void)co_await weft::sleep(wait);
  co_return scheduler::current().now() - due;
}

/// Idle workers wait for a late timer when an early one is started, again and again.
task<duration> least_lateness(int times) {
  duration least = 1h;
  for (int i = 0; i < times; ++i) {
    weft::task_group group;
    group.deal(sleep_once(400ms));
    group.deal(sleep_once(600ms));
    (void)co_await weft::sleep(2ms);
    auto early = weft::go(lateness_of(5ms));
    const duration late = co_await early.join();
    least = std::min(least, late);
    group.cancel();
    co_await group.join();
  }
  co_return least;
}

TEST_CASE("a timer that is started last and due first fires first") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    CHECK(run_under(m, least_lateness(3)) < 100ms);
  }
}

task<> yield_often(int times) {
  for (int i = 0; i < times; ++i) co_await weft::yield();
}

task<> drop(int) { co_return; }

task<> fork_often(int times) {
  for (int i = 0; i < times; ++i) {
    auto child = co_await weft::fork(drop(i));
    co_await child.join();
  }
}

task<> send_often(weft::channel<int>& values, int times) {
  for (int i = 0; i < times; ++i) (void)co_await values.send(i);
  values.close();
}

task<> receive_all(weft::channel<int>& values) {
  while (const auto value = co_await values.recv()) {}
}

task<> pass_values(int times) {
  weft::channel<int> values(16);
  weft::task_group group;
  group.go(send_often(values, times));
  group.go(receive_all(values));
  co_await group.join();
}

template <class T>
std::uint64_t steals_of(task<T> main) {
  scheduler s(weft::parallel{.workers = 2});
  (void)s.run(std::move(main));
  std::uint64_t steals = 0;
  for (const auto& w : s.metrics().workers) steals += w.steals;
  return steals;
}

TEST_CASE("tasks of a few nanoseconds stay on their worker") {
  constexpr int times = 300'000;
  CHECK(steals_of(yield_often(times)) < times / 100);
  CHECK(steals_of(fork_often(times)) < times / 100);
  CHECK(steals_of(pass_values(times)) < times / 100);
}

long fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

// Trees whose leaves take about a microsecond.

task<long> tree_of_forks(int depth) {
  if (depth == 0) co_return fibonacci(12);
  auto left = co_await weft::fork(tree_of_forks(depth - 1));
  const long right = co_await tree_of_forks(depth - 1);
  co_return co_await left.join() + right;
}

task<long> tree_of_spawns(int depth) {
  if (depth == 0) co_return fibonacci(12);
  auto left = weft::go(tree_of_spawns(depth - 1));
  const long right = co_await tree_of_spawns(depth - 1);
  co_return co_await left.join() + right;
}

/// Whether a worker has taken work from another. Tries for some seconds, since other programs may
/// keep a core from this one.
template <class Make>
bool is_shared(Make make) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < end) {
    if (steals_of(make()) > 0) return true;
  }
  return false;
}

TEST_CASE("a tree of short tasks spreads over the workers") {
  CHECK(is_shared([] { return tree_of_forks(14); }));
  CHECK(is_shared([] { return tree_of_spawns(14); }));
}

task<> compute(duration time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {}
  co_return;
}

task<> compute_beside_each_other() {
  co_await yield_often(10'000);  // which teaches that slices are short
  weft::task_group group;
  for (int i = 0; i < 4; ++i) group.go(compute(5ms));
  co_await group.join();
}

TEST_CASE("long tasks spread over the workers also after many short ones") {
  CHECK(is_shared([] { return compute_beside_each_other(); }));
}

}  // namespace
