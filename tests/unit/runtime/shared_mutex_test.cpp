#include <weft/runtime/shared_mutex.hpp>

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using weft::shared_mutex;
using weft::task;
using weft::test::every_model;
using weft::test::run_under;
using weft::test::seeds;
using weft::test::serving_models;

static_assert(!std::is_copy_constructible_v<shared_mutex>);
static_assert(std::is_nothrow_move_constructible_v<shared_mutex::lock_guard>);
static_assert(!std::is_same_v<shared_mutex::lock_guard, shared_mutex::shared_guard>);

TEST_CASE("the try_ locks admit many readers or one writer") {
  shared_mutex m;
  REQUIRE(m.try_lock_shared());
  {
    const shared_mutex::shared_guard first(m);
    REQUIRE(m.try_lock_shared());
    const shared_mutex::shared_guard second(m);
    CHECK_FALSE(m.try_lock());
  }
  REQUIRE(m.try_lock());
  const shared_mutex::lock_guard writing(m);
  CHECK_FALSE(m.try_lock());
  CHECK_FALSE(m.try_lock_shared());
}

struct watch {
  std::atomic<int> readers = 0;
  std::atomic<int> writers = 0;
  std::atomic<int> most_readers = 0;
  std::atomic<bool> overlapped = false;
  long written = 0;
  std::atomic<long> read = 0;
};

task<> read_often(shared_mutex& m, watch& w, int times) {
  for (int i = 0; i < times; ++i) {
    const auto held = co_await m.lock_shared();
    const int now = ++w.readers;
    int most = w.most_readers;
    while (most < now && !w.most_readers.compare_exchange_weak(most, now)) {}
    if (w.writers != 0) w.overlapped = true;
    co_await weft::yield();
    ++w.read;
    --w.readers;
  }
}

task<> write_often(shared_mutex& m, watch& w, int times) {
  for (int i = 0; i < times; ++i) {
    const auto held = co_await m.lock();
    if (w.writers++ != 0 || w.readers != 0) w.overlapped = true;
    ++w.written;
    if (i % 4 == 0) co_await weft::yield();
    --w.writers;
  }
}

task<> contend(watch& w) {
  shared_mutex m;
  weft::task_group group;
  for (int i = 0; i < 5; ++i) group.go(read_often(m, w, 200));
  for (int i = 0; i < 3; ++i) group.go(write_often(m, w, 200));
  co_await group.join();
}

TEST_CASE("readers share, and a writer is alone, also across suspensions") {
  int most_readers = 0;
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    watch w;
    run_under(m, contend(w));
    CHECK(w.written == 3 * 200);
    CHECK(w.read == 5 * 200);
    CHECK_FALSE(w.overlapped);
    most_readers = std::max(most_readers, w.most_readers.load());
  }
  CHECK(most_readers > 1);
}

task<> read_for(shared_mutex& m, std::string& log, char name, weft::duration wait) {
  const auto held = co_await m.lock_shared();
  log += name;
  (void)co_await weft::sleep(wait);
}

task<> write_for(shared_mutex& m, std::string& log, char name, weft::duration wait) {
  const auto held = co_await m.lock();
  log += name;
  (void)co_await weft::sleep(wait);
}

task<std::string> come_in_turn() {
  shared_mutex m;
  std::string log;
  weft::task_group group;
  group.go(read_for(m, log, 'a', 10ms));
  (void)co_await weft::sleep(1ms);
  group.go(write_for(m, log, 'B', 10ms));
  (void)co_await weft::sleep(1ms);
  group.go(read_for(m, log, 'c', 10ms));
  group.go(read_for(m, log, 'c', 10ms));
  (void)co_await weft::sleep(1ms);
  group.go(write_for(m, log, 'D', 10ms));
  (void)co_await weft::sleep(1ms);
  group.go(read_for(m, log, 'e', 10ms));
  (void)co_await weft::sleep(1ms);
  log += m.try_lock_shared() ? "!" : "|";  // not before those that wait
  const auto start = weft::scheduler::current().now();
  co_await group.join();
  const auto left = weft::scheduler::current().now() - start;
  co_return log + (left == 45ms ? "" : " took " + std::to_string(left.count()));
}

TEST_CASE(
    "neither readers nor writers overtake: a writer is not starved, the readers behind share") {
  for (const auto& m : seeds(20)) {
    CAPTURE(m.name);
    CHECK(run_under(m, come_in_turn()) == "a|BccDe");
  }
}

task<std::string> cancel_waiters() {
  shared_mutex m;
  std::string log;
  auto writer = weft::go(write_for(m, log, 'A', 1s));
  (void)co_await weft::sleep(1ms);
  auto reader = weft::go(read_for(m, log, 'b', 0s));
  auto second = weft::go(write_for(m, log, 'C', 0s));
  second.cancel();
  (void)co_await weft::sleep(1ms);
  reader.cancel();
  co_await reader.join();
  co_await second.join();
  co_await writer.join();
  co_return log;
}

TEST_CASE("a cancelled task still waits for the shared mutex and gets it") {
  for (const auto& m : seeds(10)) {
    CAPTURE(m.name);
    const auto log = run_under(m, cancel_waiters());
    CHECK((log == "AbC" || log == "ACb"));
  }
}

task<> hand_guard_to(shared_mutex& m, std::string& log, std::thread& unlocker) {
  auto held = std::make_unique<shared_mutex::lock_guard>(co_await m.lock());
  weft::task_group group;
  group.go(read_for(m, log, 'a', 0s));
  group.go(write_for(m, log, 'b', 0s));
  (void)co_await weft::sleep(2ms);
  unlocker = std::thread([guard = std::move(held)]() mutable { guard.reset(); });
  co_await group.join();
}

TEST_CASE("a guard of a shared mutex may end on a thread that runs no task") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    shared_mutex shared;
    std::string log;
    std::thread unlocker;
    run_under(m, hand_guard_to(shared, log, unlocker));
    unlocker.join();
    CHECK(log.size() == 2);
  }
}

}  // namespace
