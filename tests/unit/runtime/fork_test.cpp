#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/models.hpp"

using namespace std::chrono_literals;
using namespace weft::test;
using weft::fork;
using weft::join_handle;
using weft::sleep;
using weft::task;
using weft::task_group;

namespace {

task<int> fib(int n) {
  if (n < 2) co_return n;
  auto first = co_await fork(fib(n - 1));
  const int second = co_await fib(n - 2);
  co_return co_await first.join() + second;
}

task<long> leaves(long first, long count) {
  if (count == 1) co_return first;
  const long part = count / 10;
  std::vector<join_handle<long>> parts;
  for (long i = 0; i < 10; ++i) {
    auto next = co_await fork(leaves(first + i * part, part));
    parts.push_back(std::move(next));
  }
  long sum = 0;
  for (auto& p : parts) sum += co_await p.join();
  co_return sum;
}

task<> note(std::string& log, char before, char after, weft::duration wait) {
  log += before;
  if (wait != 0ms) co_await sleep(wait);
  log += after;
}

task<std::string> fork_a_note(weft::duration wait) {
  std::string log;
  auto noted = co_await fork(note(log, 'b', 'd', wait));
  log += 'c';
  co_await noted.join();
  co_return log;
}

task<int> fail_after(weft::duration wait) {
  if (wait != 0ms) co_await sleep(wait);
  throw std::runtime_error("planned");
}

task<std::error_code> nap(weft::duration wait) { co_return co_await sleep(wait); }

template <class T>
task<bool> fails(join_handle<T> handle) {
  try {
    co_await handle.join();
  } catch (const std::runtime_error&) {
    co_return true;
  }
  co_return false;
}

}  // namespace

TEST_CASE("a fork gives what its task returns") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, fib(14)) == 377);
    CHECK(run_under(m, leaves(0, 1000)) == 999 * 500);
  }
}

TEST_CASE("a forked task runs before its forker goes on") {
  CHECK(run_under({"", weft::event_loop{}}, fork_a_note(0ms)) == "bdc");
}

TEST_CASE("the forker goes on while the forked task waits") {
  CHECK(run_under({"", weft::event_loop{}}, fork_a_note(1ms)) == "bcd");
  CHECK(run_seeded(fork_a_note(1s)) == "bcd");
}

namespace {

task<bool> see(std::atomic<bool>& flag) {
  const auto last = std::chrono::steady_clock::now() + 20s;
  while (!flag && std::chrono::steady_clock::now() < last) std::this_thread::yield();
  co_return flag;
}

task<bool> go_on_elsewhere() {
  std::atomic<bool> went_on = false;
  auto seen = co_await fork(see(went_on));
  went_on = true;
  co_return co_await seen.join();
}

}  // namespace

TEST_CASE("under parallel another worker takes the forker of a busy task") {
  for (int round = 0; round < 20; ++round) {
    CHECK(run_under({"", weft::parallel{.workers = 2}}, go_on_elsewhere()));
  }
}

namespace {

task<bool> fork_a_failure(weft::duration wait) {
  auto handle = co_await fork(fail_after(wait));
  co_return co_await fails(std::move(handle));
}

task<std::pair<bool, std::error_code>> fork_a_failure_in_a_group(weft::duration wait) {
  task_group group;
  auto sleeping = co_await group.fork(nap(1h));
  auto failing = co_await group.fork(fail_after(wait));
  const bool failed = co_await fails(std::move(failing));
  const auto slept = co_await sleeping.join();
  bool rethrown = false;
  try {
    co_await group.join();
  } catch (const std::runtime_error&) {
    rethrown = true;
  }
  co_return std::pair(failed && rethrown, slept);
}

}  // namespace

TEST_CASE("what a forked task throws comes out of its join") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, fork_a_failure(0ms)));
    CHECK(run_under(m, fork_a_failure(1ms)));
  }
}

TEST_CASE("a forked task that fails cancels its siblings in the group") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    for (const auto wait : {0ms, 1ms}) {
      const auto [failed, slept] = run_under(m, fork_a_failure_in_a_group(wait));
      CHECK(failed);
      CHECK(slept == weft::condition::canceled);
    }
  }
}

namespace {

task<> wait_and_count(std::atomic<int>& ended, weft::duration wait) {
  if (wait != 0ms) co_await sleep(wait);
  ++ended;
}

task<int> drop_the_handles() {
  std::atomic<int> ended = 0;
  task_group group;
  for (const auto wait : {0ms, 1ms, 0ms, 2ms})
    (void)co_await group.fork(wait_and_count(ended, wait));
  co_await group.join();
  co_return ended.load();
}

task<std::error_code> fork_into_a_cancelled_group() {
  task_group group;
  group.cancel();
  auto sleeping = co_await group.fork(nap(1h));
  const auto slept = co_await sleeping.join();
  co_await group.join();
  co_return slept;
}

task<std::error_code> cancel_the_joiner() {
  task_group group;
  auto waiting = group.go([]() -> task<std::error_code> {
    auto sleeping = co_await fork(nap(1h));
    co_return co_await sleeping.join();
  }());
  co_await weft::yield();
  waiting.cancel();
  const auto slept = co_await waiting.join();
  co_await group.join();
  co_return slept;
}

task<bool> join_twice() {
  auto handle = co_await fork(nap(0ms));
  co_await handle.join();
  try {
    co_await handle.join();
  } catch (const std::logic_error&) {
    co_return true;
  }
  co_return false;
}

}  // namespace

TEST_CASE("a group joins forked tasks whose handles were dropped") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, drop_the_handles()) == 4);
  }
}

TEST_CASE("a task forked into a cancelled group is cancelled") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, fork_into_a_cancelled_group()) == weft::condition::canceled);
  }
}

TEST_CASE("cancelling who joins a forked task cancels the forked task") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_the_joiner()) == weft::condition::canceled);
  }
}

TEST_CASE("a task is joined once") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, join_twice()));
  }
}

TEST_CASE("a fork that nobody awaits runs nothing") {
  std::atomic<int> ended = 0;
  { [[maybe_unused]] const auto never = fork(wait_and_count(ended, 0ms)); }
  CHECK(ended == 0);
}

namespace {

struct depth {
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
};

task<> descend(depth& d, int levels) {
  const int reached = ++d.now;
  if (reached > d.most) d.most = reached;
  if (levels != 0) {
    auto left = co_await fork(descend(d, levels - 1));
    co_await descend(d, levels - 1);
    co_await left.join();
  }
  --d.now;
}

}  // namespace

TEST_CASE("on one worker no more forked tasks live than the recursion is deep") {
  depth d;
  run_under({"", weft::event_loop{}}, descend(d, 10));
  CHECK(d.most == 11);
}

namespace {

// Each child ends, waits or fails at a moment of its own while its forker goes on or is stolen.
task<int> race(int seed) {
  task_group group;
  std::atomic<int> ended = 0;
  std::vector<join_handle<>> some;
  for (int i = 0; i < 8; ++i) {
    auto child =
        co_await group.fork(wait_and_count(ended, std::chrono::microseconds((seed + i) % 3)));
    if ((seed + i) % 2 == 0) some.push_back(std::move(child));
  }
  for (auto& child : some) co_await child.join();
  if (seed % 5 == 0) group.cancel();
  co_await group.join();
  co_return ended.load();
}

task<int> race_often(int rounds) {
  int sum = 0;
  for (int i = 0; i < rounds; ++i) sum += co_await race(i);
  co_return sum;
}

}  // namespace

TEST_CASE("a forked task ends once however it races with its forker") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, race_often(60)) == 480);
  }
}
