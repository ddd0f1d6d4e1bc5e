// What breaks the rules of tasks, handles and groups is said aloud: by std::logic_error where the
// program can go on, else by a message and abort(), in release builds too.
// NOLINTBEGIN(bugprone-use-after-move): that is what is tried here

#include <weft/runtime/background_scheduler.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/submit.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/when_all.hpp>
#include <weft/runtime/yield.hpp>

#include <support/last_words.hpp>
#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::join_handle;
using weft::task;
using weft::test::last_words;
using weft::test::run_seeded;

task<int> answer() { co_return 42; }

task<int> answer_later() {
  (void)co_await weft::sleep(1h);
  co_return 42;
}

task<> await_twice() {
  auto once = answer();
  (void)co_await std::move(once);
  (void)co_await std::move(once);
}

TEST_CASE("awaiting a task twice ends the process with a message") {
  CHECK_THAT(last_words([] { run_seeded(await_twice()); }), ContainsSubstring("awaited twice"));
}

task<> await_empty() {
  auto given_away = answer();
  auto taker = std::move(given_away);
  (void)co_await std::move(given_away);
}

task<> await_started() {
  auto given_away = answer();
  weft::go(std::move(given_away));
  (void)co_await std::move(given_away);
}

TEST_CASE("awaiting a task that was moved from or started ends the process with a message") {
  CHECK_THAT(last_words([] { run_seeded(await_empty()); }), ContainsSubstring("empty task"));
  CHECK_THAT(last_words([] { run_seeded(await_started()); }), ContainsSubstring("empty task"));
}

task<> start_empty() {
  auto given_away = answer();
  auto taker = std::move(given_away);
  weft::go(std::move(given_away));
  co_return;
}

task<> start_awaited() {
  auto once = answer();
  (void)co_await std::move(once);
  weft::go(std::move(once));
}

task<> gather_empty() {
  auto given_away = answer();
  auto taker = std::move(given_away);
  (void)co_await weft::when_all(std::move(given_away), answer());
}

void run_empty() {
  auto given_away = answer();
  auto taker = std::move(given_away);
  run_seeded(std::move(given_away));
}

void spawn_empty() {
  weft::scheduler s;
  auto given_away = answer();
  auto taker = std::move(given_away);
  s.spawn(std::move(given_away));
}

TEST_CASE("starting an empty task or one that was awaited ends the process with a message") {
  CHECK_THAT(last_words([] { run_seeded(start_empty()); }), ContainsSubstring("empty task"));
  CHECK_THAT(last_words([] { run_seeded(start_awaited()); }), ContainsSubstring("been awaited"));
  CHECK_THAT(last_words([] { run_seeded(gather_empty()); }), ContainsSubstring("empty task"));
  CHECK_THAT(last_words(run_empty), ContainsSubstring("empty task"));
  CHECK_THAT(last_words(spawn_empty), ContainsSubstring("empty task"));
}

task<> await_member(std::optional<task<int>>& member) { (void)co_await std::move(*member); }

task<> destroy_running() {
  std::optional<task<int>> member(answer_later());
  auto waiter = weft::go(await_member(member));
  (void)co_await weft::sleep(1ms);
  member.reset();
}

TEST_CASE("destroying a task that runs ends the process with a message") {
  CHECK_THAT(last_words([] { run_seeded(destroy_running()); }),
             ContainsSubstring("destroyed while it runs"));
}

task<> join_twice() {
  auto handle = weft::go(answer());
  (void)co_await handle.join();
  (void)co_await handle.join();
}

task<> join_moved() {
  auto handle = weft::go(answer());
  auto taker = std::move(handle);
  (void)co_await handle.join();
}

TEST_CASE("joining a handle twice, or an empty one, throws") {
  CHECK_THROWS_WITH(run_seeded(join_twice()), ContainsSubstring("joined already"));
  CHECK_THROWS_WITH(run_seeded(join_moved()), ContainsSubstring("joined already"));
}

task<> join_it(join_handle<int>& handle) { (void)co_await handle.join(); }

task<> join_beside() {
  auto handle = weft::go(answer_later());
  auto first = weft::go(join_it(handle));
  auto second = weft::go(join_it(handle));
  co_await first.join();
  co_await second.join();
}

task<> drop_awaited_handle() {
  auto handle = std::make_unique<join_handle<int>>(weft::go(answer_later()));
  auto joiner = weft::go(join_it(*handle));
  (void)co_await weft::sleep(1ms);
  handle.reset();
}

TEST_CASE("two joins of one handle end the process with a message") {
  CHECK_THAT(last_words([] { run_seeded(join_beside()); }), ContainsSubstring("two tasks join"));
}

task<> move_awaited_handle() {
  auto handle = weft::go(answer_later());
  auto joiner = weft::go(join_it(handle));
  (void)co_await weft::sleep(1ms);
  auto taker = std::move(handle);
  taker.cancel();
  co_await joiner.join();
}

TEST_CASE("destroying or moving a handle that somebody joins ends the process with a message") {
  CHECK_THAT(last_words([] { run_seeded(drop_awaited_handle()); }),
             ContainsSubstring("join_handle was destroyed"));
  CHECK_THAT(last_words([] { run_seeded(move_awaited_handle()); }),
             ContainsSubstring("join_handle was moved"));
}

task<bool> use_after_join() {
  auto handle = weft::go(answer());
  (void)co_await handle.join();
  handle.cancel();
  co_return handle.ended();
}

TEST_CASE("a joined handle has ended, and cancelling it does nothing") {
  CHECK(run_seeded(use_after_join()));
}

task<> join_group(weft::task_group& group) { co_await group.join(); }

task<> join_group_twice() {
  weft::task_group group;
  group.go(answer_later());
  auto first = weft::go(join_group(group));
  auto second = weft::go(join_group(group));
  co_await first.join();
  co_await second.join();
}

TEST_CASE("two joins of one group end the process with a message") {
  CHECK_THAT(last_words([] { run_seeded(join_group_twice()); }),
             ContainsSubstring("another join() of it"));
}

task<> leave_group() {
  weft::task_group group;
  group.go(answer_later());
  group.go(answer_later());
  co_return;
}

TEST_CASE("destroying a group before its tasks have ended ends the process with a message") {
  CHECK_THAT(last_words([] { run_seeded(leave_group()); }),
             ContainsSubstring("a task_group was destroyed while 2 of its tasks run"));
}

TEST_CASE("what needs a scheduler throws outside of tasks and says what it was") {
  CHECK_THROWS_WITH((void)weft::sleep(1s), ContainsSubstring("needs a running weft task"));
  CHECK_THROWS_WITH(weft::go(answer()), ContainsSubstring("go()"));
  CHECK_THROWS_WITH(weft::scheduler::current(), ContainsSubstring("scheduler::current()"));
  CHECK_THROWS_AS(weft::task_group(), std::logic_error);
}

TEST_CASE("resuming a task by hand ends the process with a message") {
  CHECK_THAT(last_words([] { answer().release().resume(); }),
             ContainsSubstring("outside of a scheduler"));
}

task<> run_again(weft::scheduler& s, bool& refused) {
  try {
    (void)s.run(answer());
  } catch (const std::logic_error&) {
    refused = true;
  }
  co_return;
}

TEST_CASE("a second run() of a scheduler beside the first throws") {
  weft::scheduler s(weft::deterministic{1});
  bool refused = false;
  s.run(run_again(s, refused));
  CHECK(refused);
}

task<> lock_twice(weft::mutex& m) {
  const auto held = co_await m.lock();
  const auto again = co_await m.lock();
}

void run_after_a_deadlock() {
  weft::mutex m;
  weft::scheduler s(weft::deterministic{1});
  try {
    s.run(lock_twice(m));
  } catch (const weft::deadlock_error&) {}
  try {
    s.run(answer());
  } catch (const std::logic_error& refused) {
    std::fprintf(stderr, "refused: %s\n", refused.what());
  }
  std::abort();  // the mutex could not be destroyed
}

TEST_CASE("a scheduler whose tasks no cancel could end runs no more") {
  CHECK_THAT(last_words(run_after_a_deadlock),
             ContainsSubstring("refused: run() of a scheduler that "
                               "a deadlock has left stuck"));
}

task<> stop_from_inside(weft::background_scheduler& s) {
  s.stop();
  co_return;
}

void stop_by_own_task() {
  weft::background_scheduler s(weft::event_loop{});
  weft::submit(s.tasks(), stop_from_inside(s)).get();
}

TEST_CASE("a background scheduler that its own task stops ends the process with a message") {
  CHECK_THAT(last_words(stop_by_own_task), ContainsSubstring("stopped by a task that it runs"));
}

task<> destroy_scheduler(std::unique_ptr<weft::scheduler>& s) {
  s.reset();
  co_return;
}

TEST_CASE("destroying a scheduler while it runs ends the process with a message") {
  CHECK_THAT(last_words([] {
               auto s = std::make_unique<weft::scheduler>(weft::deterministic{1});
               auto& running = *s;
               running.run(destroy_scheduler(s));
             }),
             ContainsSubstring("run() is under way"));
}

}  // namespace

// NOLINTEND(bugprone-use-after-move)
