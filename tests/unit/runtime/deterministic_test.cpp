#include <weft/runtime/channel.hpp>
#include <weft/runtime/event.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/select.hpp>
#include <weft/runtime/semaphore.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <memory>
#include <regex>
#include <set>
#include <string>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::deadlock_error;
using weft::scheduler;
using weft::task;
using weft::test::run_seeded;

task<> write(std::string& log, char name, int times) {
  for (int i = 0; i < times; ++i) {
    log += name;
    co_await weft::yield();
  }
}

task<std::string> interleave() {
  std::string log;
  weft::task_group group;
  for (const char name : {'a', 'b', 'c', 'd'}) group.go(write(log, name, 4));
  co_await group.join();
  co_return log;
}

TEST_CASE("the same seed gives the same interleaving") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    CHECK(run_seeded(interleave(), seed) == run_seeded(interleave(), seed));
  }
}

TEST_CASE("different seeds give different interleavings") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) seen.insert(run_seeded(interleave(), seed));
  CHECK(seen.size() == 50);
}

task<std::string> order_of_start() {
  std::string log;
  weft::task_group group;
  for (const char name : {'a', 'b', 'c'}) group.go(write(log, name, 1));
  co_await group.join();
  co_return log;
}

TEST_CASE("seeds reach every order of three tasks") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) seen.insert(run_seeded(order_of_start(), seed));
  CHECK(seen == std::set<std::string>{"abc", "acb", "bac", "bca", "cab", "cba"});
}

task<weft::duration> sleep_long() {
  const auto start = scheduler::current().now();
  (void)co_await weft::sleep(1000h);
  co_return scheduler::current().now() - start;
}

TEST_CASE("time passes at once when nothing is ready, and by what was asked for") {
  const auto start = std::chrono::steady_clock::now();
  CHECK(run_seeded(sleep_long()) == 1000h);
  CHECK(std::chrono::steady_clock::now() - start < 10s);
}

task<> receive_from(weft::channel<int>& values) { (void)co_await values.recv(); }
task<> send_to(weft::channel<int>& values) { (void)co_await values.send(1); }

task<> select_from(weft::channel<int>& a, weft::channel<int>& b) {
  (void)co_await weft::select(weft::recv(a), weft::recv(b));
}
task<> wait_for(weft::event& e) { (void)co_await e.wait(); }
task<> acquire(weft::semaphore& s) { (void)co_await s.acquire(); }

task<> wait_in_vain() {
  weft::channel<int> empty;
  weft::channel<int> nobody_listens;
  weft::task_group group;
  group.go(receive_from(empty));
  group.go(receive_from(empty));
  group.go(send_to(nobody_listens));
  co_await group.join();
}

std::string deadlock_of(task<> main) {
  try {
    run_seeded(std::move(main));
  } catch (const deadlock_error& e) {
    return e.what();
  }
  return "no deadlock";
}

// The report with what differs between builds taken out: folders, and the numbers of lines.
std::string without_places(std::string report) {
  report = std::regex_replace(report, std::regex(R"(\(started at [^)]*/([\w.]+):\d+\))"), "($1)");
  return report;
}

TEST_CASE("a deadlock is reported with every task, what it waits in and where it was started") {
  CHECK(without_places(deadlock_of(wait_in_vain())) ==
        "deadlock: no task can run any more\n"
        "  task 1 waits in task_group::join of task_group #1\n"
        "  task 2 (deterministic_test.cpp) waits in channel::recv of channel #1\n"
        "  task 3 (deterministic_test.cpp) waits in channel::recv of channel #1\n"
        "  task 4 (deterministic_test.cpp) waits in channel::send of channel #2");
}

task<> lock_both(weft::mutex& first, weft::mutex& second) {
  const auto outer = co_await first.lock();
  (void)co_await weft::sleep(1s);
  const auto inner = co_await second.lock();
}

task<> lock_crosswise(weft::mutex& a, weft::mutex& b, weft::mutex& c) {
  auto first = weft::go(lock_both(a, b));
  auto second = weft::go(lock_both(b, c));
  auto third = weft::go(lock_both(c, a));
  co_await first.join();
  co_await second.join();
  co_await third.join();
}

// What no cancel can end stays where it is: its memory cannot be freed, so it is kept reachable
// for the leak check.
TEST_CASE("tasks that lock mutexes in a circle are named as a cycle") {
  static auto& a = *new weft::mutex;
  static auto& b = *new weft::mutex;
  static auto& c = *new weft::mutex;
  static auto& s = *new scheduler(weft::deterministic{1});
  try {
    s.run(lock_crosswise(a, b, c));
    FAIL("no deadlock");
  } catch (const deadlock_error& e) {
    CHECK(
        without_places(e.what()) ==
        "deadlock: no task can run any more\n"
        "  task 1 waits in join_handle::join of task 2\n"
        "  task 2 (deterministic_test.cpp) waits in mutex::lock of mutex #1, held by task 3\n"
        "  task 3 (deterministic_test.cpp) waits in mutex::lock of mutex #2, held by task 4\n"
        "  task 4 (deterministic_test.cpp) waits in mutex::lock of mutex #3, held by task 2\n"
        "  cycle: task 2, which waits for task 3, which waits for task 4, which waits for task 2");
  }
}

task<> wait_in_everything() {
  weft::channel<int> a;
  weft::channel<int> b;
  weft::event never;
  weft::semaphore none(0);
  weft::task_group group;
  group.go(receive_from(b));
  (void)co_await weft::sleep(1ms);
  group.go(select_from(a, b));
  group.go(wait_for(never));
  group.go(acquire(none));
  co_await group.join();
}

TEST_CASE("the report of a deadlock knows objects by their numbers, also those of a select") {
  const auto report = without_places(deadlock_of(wait_in_everything()));
  CHECK_THAT(report, ContainsSubstring("task 2 (deterministic_test.cpp) waits in channel::recv of "
                                       "channel #1"));
  CHECK_THAT(report, ContainsSubstring("waits in select of channel #"));
  CHECK_THAT(report, ContainsSubstring("channel #1") && ContainsSubstring("channel #2"));
  CHECK_THAT(report, ContainsSubstring("waits in event::wait of event #1"));
  CHECK_THAT(report, ContainsSubstring("waits in semaphore::acquire of semaphore #1"));
}

TEST_CASE("a deadlock cancels the tasks, so that they end and free what they hold") {
  scheduler s(weft::deterministic{1});
  weft::channel<int> empty;
  CHECK_THROWS_AS(s.run(receive_from(empty)), deadlock_error);
  CHECK(s.run(sleep_long()) == 1000h);
}

task<> take(weft::mutex& m, std::string& log) {
  const auto held = co_await m.lock();
  log += 't';
}

task<> keep_locked(weft::mutex& m, std::string& log) {
  const auto held = co_await m.lock();
  auto other = weft::go(take(m, log));
  co_await other.join();
}

// What no cancel can end stays where it is: its memory cannot be freed, so it is kept reachable
// for the leak check.
TEST_CASE("a deadlock that a cancel cannot end is reported as well") {
  static auto& m = *new weft::mutex;
  static auto& s = *new scheduler(weft::deterministic{1});
  static std::string log;
  CHECK_THROWS_WITH(s.run(keep_locked(m, log)),
                    ContainsSubstring("waits in mutex::lock of mutex #1, held by task 1") &&
                        ContainsSubstring("cycle: task 1, which waits for task 2, which waits for "
                                          "task 1"));
  CHECK_THROWS_WITH(s.run(sleep_long()), ContainsSubstring("deadlock"));
  CHECK(log.empty());
}

}  // namespace
