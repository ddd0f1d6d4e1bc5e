#include <weft/runtime/task_dump.hpp>

#include <weft/runtime/blocking.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <source_location>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::channel;
using weft::scheduler;
using weft::task;
using weft::task_dump;
using weft::task_state;
using weft::test::every_model;
using phase = task_state::phase;

unsigned here(const std::source_location& at = std::source_location::current()) {
  return static_cast<unsigned>(at.line());
}

struct lines {
  unsigned innermost = 0;
  unsigned middle = 0;
  unsigned outermost = 0;
};

task<int> innermost(channel<int>& values, lines& at) {
  at.innermost = here() + 1;
  const auto value = co_await values.recv();
  co_return value ? *value : 0;
}

task<int> middle(channel<int>& values, lines& at) {
  at.middle = here() + 1;
  const int value = co_await innermost(values, at);
  co_return value + 1;
}

task<> outermost(channel<int>& values, lines& at) {
  at.outermost = here() + 1;
  (void)co_await middle(values, at);
}

const task_state* find_waiting_in(const task_dump& dump, const std::string& what) {
  const auto found = std::find_if(dump.tasks.begin(), dump.tasks.end(), [&](const task_state& t) {
    return t.now == phase::waits && t.waits_for == what;
  });
  return found != dump.tasks.end() ? &*found : nullptr;
}

// The dumper may come before the receiver waits: then it lets others run and looks again.
task<task_dump> dump_while_one_receives(channel<int>& values, lines& at) {
  weft::task_group group;
  group.go(outermost(values, at));
  task_dump dump;
  do {
    co_await weft::yield();
    dump = weft::dump_tasks();
  } while (find_waiting_in(dump, "channel::recv") == nullptr);
  (void)co_await values.send(1);
  co_await group.join();
  co_return dump;
}

TEST_CASE("a dump has the chain of awaits of a waiting task, innermost first, with its lines") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    channel<int> values;
    lines at;
    const task_dump dump = weft::test::run_under(m, dump_while_one_receives(values, at));
    const task_state* waiting = find_waiting_in(dump, "channel::recv");
    REQUIRE(waiting != nullptr);
    REQUIRE(waiting->awaits.size() == 3);
    CHECK(waiting->awaits[0].line == at.innermost);
    CHECK(waiting->awaits[1].line == at.middle);
    CHECK(waiting->awaits[2].line == at.outermost);
    for (const auto& place : waiting->awaits) {
      CHECK_THAT(place.file, ContainsSubstring("task_dump_test.cpp"));
    }
    CHECK_THAT(waiting->awaits[0].function, ContainsSubstring("innermost("));
    CHECK_THAT(waiting->awaits[2].function, ContainsSubstring("outermost("));
  }
}

TEST_CASE("a dump names a child's parent, and shows who runs the dump as running") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    channel<int> values;
    lines at;
    const task_dump dump = weft::test::run_under(m, dump_while_one_receives(values, at));
    const auto running = std::find_if(dump.tasks.begin(), dump.tasks.end(),
                                      [](const task_state& t) { return t.now == phase::runs; });
    REQUIRE(running != dump.tasks.end());
    CHECK(running->parent == 0);
    CHECK_THAT(running->awaits.at(0).function, ContainsSubstring("dump_while_one_receives("));
    CHECK(find_waiting_in(dump, "channel::recv")->parent == running->number);
    CHECK(dump.tasks.size() == 2);
  }
}

task<> wait_in_lock(weft::mutex& m) { const auto held = co_await m.lock(); }
task<> wait_in_sleep() { (void)co_await weft::sleep(1h); }
task<> wait_in_join() {
  weft::task_group inner;
  inner.go(wait_in_sleep());
  co_await inner.join();
}

task<task_dump> dump_of_waits() {
  weft::mutex m;
  weft::task_group group;
  task_dump dump;
  {
    const auto held = co_await m.lock();
    group.go(wait_in_lock(m));
    group.go(wait_in_join());
    (void)co_await weft::sleep(1ms);
    dump = weft::dump_tasks();
  }
  group.cancel();
  co_await group.join();
  co_return dump;
}

TEST_CASE("sleeps, joins and groups inside groups are in a dump") {
  const task_dump dump = weft::test::run_seeded(dump_of_waits());
  const task_state* sleeper = find_waiting_in(dump, "sleep");
  const task_state* joiner = find_waiting_in(dump, "task_group::join");
  REQUIRE(sleeper != nullptr);
  REQUIRE(joiner != nullptr);
  CHECK(sleeper->parent == joiner->number);
  CHECK_THAT(sleeper->awaits.at(0).function, ContainsSubstring("wait_in_sleep("));
  CHECK(joiner->awaits.size() == 2);  // task_group::join() is a task of its own
  CHECK(find_waiting_in(dump, "mutex::lock") != nullptr);
}

task<task_dump> dump_with_a_fresh_child() {
  weft::task_group group;
  group.go(wait_in_sleep());
  task_dump dump = weft::dump_tasks();
  group.cancel();
  co_await group.join();
  co_return dump;
}

TEST_CASE("a task that has not run is ready, and its coroutine is known where none can run") {
  const task_dump dump = weft::test::run_seeded(dump_with_a_fresh_child());
  const auto fresh = std::find_if(dump.tasks.begin(), dump.tasks.end(),
                                  [](const task_state& t) { return t.now == phase::ready; });
  REQUIRE(fresh != dump.tasks.end());
  CHECK_THAT(fresh->awaits.at(0).function, ContainsSubstring("wait_in_sleep("));
}

task<> yield_until(const std::atomic<bool>& done, std::atomic<int>& turns) {
  while (!done) {
    ++turns;
    co_await weft::yield();
  }
}

struct ready_tasks {
  task_state fresh;
  task_state yields;
  unsigned go_line = 0;
  unsigned yields_line = 0;
};

const task_state* find_started_at(const task_dump& dump, unsigned line) {
  const auto found = std::find_if(dump.tasks.begin(), dump.tasks.end(), [&](const task_state& t) {
    return t.now == phase::ready && t.started.line == line;
  });
  return found != dump.tasks.end() ? &*found : nullptr;
}

// Under a model with one thread, where nothing runs between the go() and the dump.
task<ready_tasks> dump_with_ready_tasks(weft::scheduler& of) {
  std::atomic<bool> done = false;
  std::atomic<int> turns = 0;
  weft::task_group group;
  ready_tasks found;
  found.yields_line = here() + 1;
  group.go(yield_until(done, turns));
  while (turns < 2) co_await weft::yield();
  found.go_line = here() + 1;
  group.go(wait_in_sleep());
  std::thread elsewhere([&] {
    const task_dump dump = weft::dump_tasks(of);
    if (const auto* t = find_started_at(dump, found.go_line)) found.fresh = *t;
    if (const auto* t = find_started_at(dump, found.yields_line)) found.yields = *t;
  });
  elsewhere.join();
  done = true;
  group.cancel();
  co_await group.join();
  co_return found;
}

TEST_CASE("a ready task that has not waited shows the go() that started it, to any thread") {
  scheduler s(weft::event_loop{});
  const ready_tasks found = s.run(dump_with_ready_tasks(s));
  CHECK(found.fresh.started.line == found.go_line);
  CHECK_THAT(found.fresh.started.function, ContainsSubstring("dump_with_ready_tasks("));
  CHECK(found.fresh.awaits.empty());
  CHECK(found.yields.started.line == found.yields_line);
  task_dump one;
  one.tasks.push_back(found.fresh);
  CHECK_THAT(one.text(), ContainsSubstring(" is ready, child of task "));
  CHECK_THAT(one.text(), ContainsSubstring("\n    started at "));
}

task<> wait_and_yield_until(const std::atomic<bool>& done, std::atomic<int>& turns) {
  (void)co_await weft::sleep(1us);
  co_await yield_until(done, turns);
}

task<std::size_t> count_starts_after_a_wait(weft::scheduler& of) {
  std::atomic<bool> done = false;
  std::atomic<int> turns = 0;
  weft::task_group group;
  group.go(wait_and_yield_until(done, turns));
  while (turns < 2) co_await weft::yield();
  task_dump dump;
  std::thread elsewhere([&] { dump = weft::dump_tasks(of); });
  elsewhere.join();
  done = true;
  co_await group.join();
  co_return std::count_if(dump.tasks.begin(), dump.tasks.end(), [](const task_state& t) {
    return t.now == phase::ready && t.started.line != 0;
  });
}

TEST_CASE("a ready task that has waited does not show where it was started") {
  scheduler s(weft::event_loop{});
  CHECK(s.run(count_starts_after_a_wait(s)) == 0);
}

task<task_state> find_a_background_task() {
  scheduler::current().spawn(wait_in_sleep());
  for (const task_state& t : weft::dump_tasks().tasks) {
    if (t.now == phase::ready) co_return t;
  }
  co_return task_state();
}

TEST_CASE("a ready task that no go() started shows its coroutine") {
  scheduler s(weft::event_loop{});
  const task_state found = s.run(find_a_background_task());
  CHECK_THAT(found.started.function, ContainsSubstring("wait_in_sleep("));
}

TEST_CASE("the text of a dump has a paragraph a task with file and line") {
  channel<int> values;
  lines at;
  const std::string text = weft::test::run_seeded(dump_while_one_receives(values, at)).text();
  CHECK_THAT(text, ContainsSubstring(" waits in channel::recv, child of task "));
  CHECK_THAT(text, ContainsSubstring("task_dump_test.cpp:" + std::to_string(at.middle)));
  CHECK_THAT(text, ContainsSubstring(" runs on worker 0\n"));
}

TEST_CASE("a dump without a scheduler is refused outside of tasks") {
  CHECK_THROWS_AS(weft::dump_tasks(), std::logic_error);
}

TEST_CASE("a scheduler without tasks has an empty dump") {
  scheduler s(weft::event_loop{});
  CHECK(weft::dump_tasks(s).tasks.empty());
  CHECK(weft::dump_tasks(s).text().empty());
}

// ------------------------------------------------------------------ from another thread

using flag = std::atomic<bool>;

task<> ping(channel<int>& there, channel<int>& back, flag& stop) {
  while (!stop) {
    (void)co_await there.send(1);
    (void)co_await back.recv();
  }
  there.close();
}
task<> pong(channel<int>& there, channel<int>& back) {
  for (;;) {
    const auto value = co_await there.recv();
    if (!value) break;
    (void)co_await back.send(*value);
  }
}
task<> sleep_and_cancel(int times) {
  for (int i = 0; i < times; ++i) {
    auto sleeper = weft::go(wait_in_sleep());
    co_await weft::yield();
    sleeper.cancel();
    co_await sleeper.join();
  }
}
task<> groups_in_groups(flag& stop) {
  while (!stop) {
    weft::task_group group;
    group.go(sleep_and_cancel(2));
    group.go(sleep_and_cancel(2));
    co_await group.join();
  }
}

task<> busy_tasks(flag& stop) {
  channel<int> there;
  channel<int> back;
  weft::task_group group;
  group.go(ping(there, back, stop));
  group.go(pong(there, back));
  group.go(groups_in_groups(stop));
  co_await group.join();
}

TEST_CASE("dumps from another thread find whole chains while tasks wait, run, end, are cancelled") {
  for (const auto& m : weft::test::serving_models()) {
    CAPTURE(m.name);
    scheduler s(m.value);
    flag stop = false;
    std::thread runner([&] { s.run(busy_tasks(stop)); });
    std::size_t waiting = 0;
    bool whole = true;
    while (waiting < 500) {
      for (const task_state& t : weft::dump_tasks(s).tasks) {
        if (t.now != phase::waits) continue;
        ++waiting;
        whole = whole && !t.awaits.empty() && !t.waits_for.empty();
        for (const auto& at : t.awaits) whole = whole && at.line != 0;
      }
    }
    stop = true;
    runner.join();
    CHECK(whole);
    CHECK(weft::dump_tasks(s).tasks.empty());
  }
}

}  // namespace
