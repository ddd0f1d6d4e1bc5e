#include <weft/runtime/stall_watch.hpp>

#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_dump.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/trace.hpp>
#include <weft/runtime/yield.hpp>

#include "stall_reports.hpp"

#include <support/captured_stderr.hpp>
#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <source_location>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// Real time: a stall is a matter of threads. Thresholds are small, stalls are several of them long,
// and no test says that something took at most so long.

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using weft::scheduler;
using weft::stall_report;
using weft::stall_watch;
using weft::task;
using weft::test::compute_on_core;
using weft::test::stall_reports;

unsigned here(const std::source_location& at = std::source_location::current()) {
  return static_cast<unsigned>(at.line());
}

task<unsigned> compute_after_an_await(weft::duration time) {
  co_await weft::yield();
  const unsigned line = here() - 1;
  compute_on_core(time);
  co_return line;
}

task<> sleep_in_the_thread(weft::duration time) {
  co_await weft::yield();
  std::this_thread::sleep_for(time);
}

TEST_CASE("a task that computes too long is reported with its last await, under each model") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    stall_reports seen;
    scheduler s(m.value);
    unsigned line = 0;
    {
      const stall_watch watch(s, seen.options());
      line = s.run(compute_after_an_await(150ms));
    }
    const auto all = seen.all();
    REQUIRE(all.size() == 1);
    CHECK(all[0].model == weft::name_of(m.value));
    CHECK(all[0].lasted >= 20ms);
    CHECK(all[0].since.line == line);
    CHECK_THAT(all[0].since.function, ContainsSubstring("compute_after_an_await("));
    CHECK_FALSE(all[0].is_blocked());
  }
}

TEST_CASE("a task that blocks its thread is told from one that computes") {
  for (const auto& m : weft::test::serving_models()) {
    CAPTURE(m.name);
    stall_reports seen;
    scheduler s(m.value);
    {
      const stall_watch watch(s, seen.options());
      s.run(sleep_in_the_thread(150ms));
    }
    const auto all = seen.all();
    REQUIRE(all.size() == 1);
    CHECK(all[0].is_blocked());
    CHECK_THAT(all[0].text(), ContainsSubstring("use blocking()"));
  }
}

task<> compute_from_the_start() {
  compute_on_core(150ms);
  co_return;
}

TEST_CASE("a task that has never awaited is named by its coroutine") {
  stall_reports seen;
  scheduler s(weft::event_loop{});
  {
    const stall_watch watch(s, seen.options());
    s.run(compute_from_the_start());
  }
  REQUIRE(seen.all().size() == 1);
  CHECK_THAT(seen.all()[0].since.function, ContainsSubstring("compute_from_the_start("));
}

task<> sleep_and_yield() {
  (void)co_await weft::sleep(100ms);
  const auto end = std::chrono::steady_clock::now() + 100ms;
  while (std::chrono::steady_clock::now() < end) co_await weft::yield();
}

TEST_CASE("tasks that wait or yield are not reported, however long they live") {
  for (const auto& m : weft::test::serving_models()) {
    CAPTURE(m.name);
    stall_reports seen;
    scheduler s(m.value);
    {
      auto options = seen.options();
      options.threshold = 80ms;  // a busy machine may keep a thread from its core for some of it
      const stall_watch watch(s, options);
      s.run(sleep_and_yield());
    }
    CHECK(seen.all().empty());
  }
}

task<> compute_with_checkpoints(weft::duration time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) weft::checkpoint();
  co_return;
}
task<> two_that_share() {
  weft::task_group group;
  group.go(compute_with_checkpoints(300ms));
  group.go(compute_with_checkpoints(300ms));
  co_await group.join();
}

TEST_CASE("who lets go of the GIL at checkpoints is not reported for holding it") {
  stall_reports seen;
  scheduler s(weft::gil{.threads = 2, .switch_interval = 2ms});
  {
    auto options = seen.options();
    options.threshold = 150ms;
    const stall_watch watch(s, options);
    s.run(two_that_share());
  }
  CHECK(seen.all().empty());
}

task<> stall_until_two_are_reported(stall_reports& seen) {
  while (seen.all().size() < 2) {
    compute_on_core(30ms);
    co_await weft::yield();
  }
}

TEST_CASE("reports come at most once in the pause, and the next one counts what was left out") {
  stall_reports seen;
  scheduler s(weft::event_loop{});
  const auto begin = std::chrono::steady_clock::now();
  {
    const stall_watch watch(s, seen.options(1s));
    s.run(stall_until_two_are_reported(seen));
  }
  CHECK(std::chrono::steady_clock::now() - begin >= 1s);
  const auto all = seen.all();
  REQUIRE(all.size() >= 2);
  CHECK(all[0].left_out == 0);
  CHECK(all[1].left_out >= 1);
}

TEST_CASE("without a callback a stall is one line on standard error") {
  std::string text;
  scheduler s(weft::event_loop{});
  {
    const weft::test::captured_stderr captured;
    {
      weft::stall_options options;
      options.threshold = 20ms;
      options.pause = 1h;
      const stall_watch watch(s, options);
      s.run(compute_from_the_start());
    }
    text = captured.text();
  }
  CHECK_THAT(text, ContainsSubstring("weft: stall: task "));
  CHECK_THAT(text, ContainsSubstring(" holds the loop, worker 0 for "));
  CHECK_THAT(text, ContainsSubstring("stall_test.cpp:"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
}

task<weft::task_dump> dump_and_compute() {
  co_await weft::yield();
  auto dump = weft::dump_tasks();
  compute_on_core(150ms);
  co_return dump;
}

std::uint32_t number_of_running(const weft::task_dump& dump) {
  for (const auto& t : dump.tasks) {
    if (t.now == weft::task_state::phase::runs) return t.number;
  }
  return 0;
}

TEST_CASE("a stall names the task by the number that it has in dumps, in words for each model") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    stall_reports seen;
    scheduler s(m.value);
    std::uint32_t number = 0;
    {
      const stall_watch watch(s, seen.options());
      number = number_of_running(s.run(dump_and_compute()));
    }
    REQUIRE(number != 0);
    REQUIRE(seen.all().size() == 1);
    const stall_report report = seen.all()[0];
    CHECK(report.task == number);
    const std::string_view model = weft::name_of(m.value);
    const std::string held = model == "gil"          ? "the GIL on worker "
                             : model == "event_loop" ? "the loop, worker "
                                                     : "worker ";
    CHECK_THAT(report.text(), StartsWith("task " + std::to_string(number) + " holds " + held +
                                         std::to_string(report.worker) + " for "));
    CHECK_THAT(report.text(), ContainsSubstring(" ms (" + std::string(model) + "); since "));
  }
}

TEST_CASE("a stall of a task that no list has is told without a number") {
  stall_report report;
  report.model = "parallel";
  report.worker = 3;
  CHECK_THAT(report.text(), StartsWith("a task holds worker 3 for 0 ms (parallel); since "));
}

task<> compute_twice_beside_another() {
  weft::task_group group;
  group.go(compute_from_the_start());
  co_await group.join();
  compute_on_core(150ms);
}

TEST_CASE("two stalls on one worker name two tasks") {
  stall_reports seen;
  scheduler s(weft::event_loop{});
  {
    const stall_watch watch(s, seen.options(1ms));
    s.run(compute_twice_beside_another());
  }
  const auto all = seen.all();
  REQUIRE(all.size() >= 2);
  CHECK(all.front().task != 0);
  CHECK(all.back().task != 0);
  CHECK(all.front().task != all.back().task);
}

TEST_CASE("a stall is in the trace, with its task, worker and time") {
  weft::trace_session session;
  stall_reports seen;
  scheduler s(weft::event_loop{});
  {
    const stall_watch watch(s, seen.options());
    s.run(compute_from_the_start());
  }
  std::vector<weft::trace_event> stalls;
  for (const auto& track : session.stop().tracks) {
    for (const auto& e : track.events) {
      if (e.kind == weft::trace_kind::stall) stalls.push_back(e);
    }
  }
  REQUIRE(stalls.size() == 1);
  REQUIRE(seen.all().size() == 1);
  CHECK(stalls[0].id == seen.all()[0].task);
  CHECK(stalls[0].id != 0);
  CHECK(stalls[0].worker() == seen.all()[0].worker);
  CHECK(stalls[0].lasted() ==
        std::chrono::duration_cast<std::chrono::milliseconds>(seen.all()[0].lasted));
}

}  // namespace
