#include <weft/runtime/mutex.hpp>

#include <weft/runtime/guarded.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/last_words.hpp>
#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::guarded;
using weft::mutex;
using weft::task;
using weft::test::every_model;
using weft::test::last_words;
using weft::test::run_seeded;
using weft::test::run_under;
using weft::test::seeds;
using weft::test::serving_models;

static_assert(!std::is_copy_constructible_v<mutex>);
static_assert(std::is_nothrow_move_constructible_v<mutex::lock_guard>);

TEST_CASE("try_lock takes a free mutex and no other") {
  mutex m;
  CHECK(m.try_lock());
  CHECK_FALSE(m.try_lock());
  { const mutex::lock_guard held(m); }
  CHECK(m.try_lock());
  const mutex::lock_guard held(m);
}

task<> count_inside(mutex& m, long& count, std::atomic<int>& inside, bool& overlapped, int times) {
  for (int i = 0; i < times; ++i) {
    const auto held = co_await m.lock();
    overlapped |= inside.fetch_add(1) != 0;
    ++count;
    if (i % 5 == 0) co_await weft::yield();
    inside.fetch_sub(1);
  }
}

task<long> contend(int tasks, int times) {
  mutex m;
  long count = 0;
  std::atomic<int> inside = 0;
  bool overlapped = false;
  weft::task_group group;
  for (int i = 0; i < tasks; ++i) group.go(count_inside(m, count, inside, overlapped, times));
  co_await group.join();
  co_return overlapped ? -1 : count;
}

TEST_CASE("one task at a time holds the mutex, also across suspensions") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, contend(8, 500)) == 8 * 500);
  }
}

task<> hold_for(mutex& m, weft::duration wait) {
  const auto held = co_await m.lock();
  (void)co_await weft::sleep(wait);
}

task<> take_turn(mutex& m, std::string& order, char name) {
  const auto held = co_await m.lock();
  order += name;
}

task<std::string> unlock_then_barge(weft::duration wait) {
  mutex m;
  std::string order;
  std::optional<mutex::lock_guard> held(co_await m.lock());
  auto waiter = weft::go(take_turn(m, order, 'w'));
  (void)co_await weft::sleep(wait);
  held.reset();
  // No suspension since the unlock: a running task comes first, unless the waiter was handed it.
  const bool barged = m.try_lock();
  if (barged) {
    order += 'b';
    const mutex::lock_guard again(m);
  }
  co_await waiter.join();
  co_return order;
}

TEST_CASE("a running task may take the mutex before a waiter that has waited less than 1 ms") {
  for (const auto& m : seeds(10)) {
    CAPTURE(m.name);
    CHECK(run_under(m, unlock_then_barge(999us)) == "bw");
  }
}

TEST_CASE("a waiter that has waited for 1 ms is handed the mutex") {
  for (const auto& m : seeds(10)) {
    CAPTURE(m.name);
    CHECK(run_under(m, unlock_then_barge(1ms)) == "w");
  }
}

task<> lock_again_and_again(mutex& m, const bool& done) {
  while (!done) {
    {
      const auto held = co_await m.lock();
      (void)co_await weft::sleep(100us);
    }
  }
}

task<weft::duration> wait_behind_greedy() {
  mutex m;
  bool done = false;
  auto greedy = weft::go(lock_again_and_again(m, done));
  (void)co_await weft::sleep(50us);
  const auto start = weft::scheduler::current().now();
  weft::duration waited{};
  {
    const auto held = co_await m.lock();
    waited = weft::scheduler::current().now() - start;
    done = true;
  }
  co_await greedy.join();
  co_return waited;
}

TEST_CASE("a task that locks again and again does not starve a waiter") {
  for (const auto& m : seeds(20)) {
    CAPTURE(m.name);
    CHECK(run_under(m, wait_behind_greedy()) <= 1'200us);
  }
}

task<std::string> waiters_in_order() {
  mutex m;
  std::string order;
  weft::task_group group;
  std::optional<mutex::lock_guard> held(co_await m.lock());
  for (const char name : {'a', 'b', 'c', 'd'}) {
    group.go(take_turn(m, order, name));
    (void)co_await weft::sleep(2ms);
  }
  held.reset();
  co_await group.join();
  co_return order;
}

TEST_CASE("starved waiters get the mutex in the order they came") {
  for (const auto& m : seeds(10)) {
    CAPTURE(m.name);
    CHECK(run_under(m, waiters_in_order()) == "abcd");
  }
}

task<std::string> cancel_waiter() {
  mutex m;
  std::string order;
  auto holder = weft::go(hold_for(m, 1s));
  (void)co_await weft::sleep(1ms);
  auto waiter = weft::go(take_turn(m, order, 'w'));
  auto cancelled_before = weft::go(take_turn(m, order, 'w'));
  cancelled_before.cancel();
  (void)co_await weft::sleep(1ms);
  waiter.cancel();
  co_await waiter.join();
  co_await cancelled_before.join();
  co_await holder.join();
  co_return order;
}

TEST_CASE("a cancelled task still waits for the mutex and gets it") {
  for (const auto& m : seeds(10)) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_waiter()) == "ww");
  }
}

task<> start_waiters(mutex& m, std::string& order, std::thread& unlocker) {
  auto held = std::make_unique<mutex::lock_guard>(co_await m.lock());
  weft::task_group group;
  group.go(take_turn(m, order, 'a'));
  group.go(take_turn(m, order, 'b'));
  (void)co_await weft::sleep(5ms);
  unlocker = std::thread([guard = std::move(held)]() mutable { guard.reset(); });
  co_await group.join();
}

TEST_CASE("a guard may end on a thread that runs no task") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    mutex shared;
    std::string order;
    std::thread unlocker;
    run_under(m, start_waiters(shared, order, unlocker));
    unlocker.join();
    CHECK(order.size() == 2);
  }
}

task<> never_awaited(mutex& m) {
  (void)m.lock();
  const auto held = co_await m.lock();
}

TEST_CASE("a lock that is not awaited takes nothing") {
  mutex m;
  run_seeded(never_awaited(m));
  CHECK(m.try_lock());
  const mutex::lock_guard held(m);
}

task<> add_to(guarded<std::map<int, int>>& shared, int times) {
  for (int i = 0; i < times; ++i) {
    co_await shared.with([i](auto& map) { ++map[i % 3]; });
  }
}

task<int> add_from_many() {
  guarded<std::map<int, int>> shared;
  weft::task_group group;
  for (int i = 0; i < 6; ++i) group.go(add_to(shared, 300));
  co_await group.join();
  const int sum = co_await shared.with([](auto& map) { return map[0] + map[1] + map[2]; });
  co_return sum;
}

TEST_CASE("guarded gives one task at a time access to its value") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, add_from_many()) == 1'800);
  }
}

task<int> throw_inside() {
  guarded<int> shared(5);
  try {
    co_await shared.with([](int&) { throw std::runtime_error("inside"); });
  } catch (const std::runtime_error&) {}
  const int value = co_await shared.with([](int& v) { return ++v; });
  co_return value;
}

task<> destroy_while_waited_for() {
  auto m = std::make_unique<mutex>();
  if (!m->try_lock()) co_return;
  std::string order;
  auto waiter = weft::go(take_turn(*m, order, 'a'));
  (void)co_await weft::sleep(1ms);
  m.reset();
}

TEST_CASE("a mutex that is destroyed while tasks wait for it ends the process") {
  CHECK_THAT(last_words([] { run_seeded(destroy_while_waited_for()); }),
             ContainsSubstring("a weft::mutex was destroyed while somebody waits in it"));
}

TEST_CASE("a guard of a mutex that nobody has locked ends the process") {
  CHECK_THAT(last_words([] {
               mutex m;
               const mutex::lock_guard held(m);
             }),
             ContainsSubstring("a mutex was unlocked that nobody holds"));
}

TEST_CASE("guarded releases its mutex when the function throws") {
  CHECK(run_seeded(throw_inside()) == 6);
}

}  // namespace
