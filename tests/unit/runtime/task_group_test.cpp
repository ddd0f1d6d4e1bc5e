#include <weft/runtime/task_group.hpp>

#include <weft/runtime/sleep.hpp>
#include <weft/runtime/yield.hpp>

#include <support/captured_stderr.hpp>
#include <support/models.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::condition;
using weft::task;
using weft::task_group;
using weft::test::captured_stderr;
using weft::test::every_model;
using weft::test::run_seeded;
using weft::test::run_under;

using counter = std::atomic<int>;

task<> add_after_yields(counter& sum, int yields) {
  for (int i = 0; i < yields; ++i) co_await weft::yield();
  ++sum;
}

/// Counts itself when its sleep was cut short.
task<> sleep_an_hour(counter& canceled) {
  const auto outcome = co_await weft::sleep(1h);
  if (outcome == condition::canceled) ++canceled;
}

task<> fail_after(std::string why, weft::duration wait) {
  const auto canceled = co_await weft::sleep(wait);
  if (!canceled) throw std::runtime_error(why);
}

task<int> join_children(int count) {
  counter sum = 0;
  task_group group;
  for (int i = 0; i < count; ++i) group.go(add_after_yields(sum, i % 7));
  co_await group.join();
  co_return sum.load();
}

TEST_CASE("join of a group waits for all its children") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, join_children(0)) == 0);
    CHECK(run_under(m, join_children(1)) == 1);
    CHECK(run_under(m, join_children(500)) == 500);
  }
}

struct error_report {
  std::string error;
  int canceled = 0;
  std::size_t live = 0;
};

task<error_report> one_fails() {
  counter canceled = 0;
  error_report report;
  task_group group;
  for (int i = 0; i < 3; ++i) group.go(sleep_an_hour(canceled));
  group.go(fail_after("first", 1ms));
  group.go(fail_after("second", 1h));
  try {
    co_await group.join();
  } catch (const std::runtime_error& e) {
    report.error = e.what();
  }
  report.canceled = canceled;
  report.live = group.live();
  co_return report;
}

TEST_CASE("the first error cancels the siblings and is rethrown when all have ended") {
  const captured_stderr err;
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const auto report = run_under(m, one_fails());
    CHECK(report.error == "first");
    CHECK(report.canceled == 3);
    CHECK(report.live == 0);
  }
  CHECK(err.text().empty());
}

task<std::string> use_again() {
  counter canceled = 0;
  counter sum = 0;
  std::string seen;
  task_group group;
  group.go(fail_after("once", 1ms));
  group.go(sleep_an_hour(canceled));
  try {
    co_await group.join();
  } catch (const std::runtime_error& e) {
    seen = e.what();
  }
  group.go(fail_after("never", 1h)).cancel();
  group.go(add_after_yields(sum, 3));
  co_await group.join();
  co_return seen + " " + std::to_string(canceled) + std::to_string(sum);
}

TEST_CASE("a group can be used again after a join that threw") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, use_again()) == "once 11");
  }
}

task<int> cancel_children(bool before_they_start) {
  counter canceled = 0;
  task_group group;
  group.go(sleep_an_hour(canceled));
  if (!before_they_start) (void)co_await weft::sleep(1ms);
  group.cancel();
  group.go(sleep_an_hour(canceled));
  co_await group.join();
  co_return canceled.load();
}

TEST_CASE("cancel of a group ends the waits of its children, early and late ones") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_children(true)) == 2);
    CHECK(run_under(m, cancel_children(false)) == 2);
  }
}

task<> own_group(counter& canceled, int depth) {
  task_group group;
  group.go(sleep_an_hour(canceled));
  if (depth > 1) group.go(own_group(canceled, depth - 1));
  co_await group.join();
}

task<int> cancel_outermost(int depth, bool before_it_starts) {
  counter canceled = 0;
  auto outermost = weft::go(own_group(canceled, depth));
  if (!before_it_starts) (void)co_await weft::sleep(1ms);
  outermost.cancel();
  co_await outermost.join();
  co_return canceled.load();
}

TEST_CASE("cancelling the owner of a group cancels all below it, and it still waits for them") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_outermost(10, false)) == 10);
    CHECK(run_under(m, cancel_outermost(10, true)) == 10);
  }
}

task<> start_grandchild(counter& canceled) {
  weft::go(sleep_an_hour(canceled));
  co_return;
}

task<int> grandchildren() {
  counter canceled = 0;
  task_group group;
  auto child = group.go(start_grandchild(canceled));
  co_await child.join();
  const std::size_t live = group.live();
  group.cancel();
  co_await group.join();
  co_return 10 * static_cast<int>(live) + canceled;
}

TEST_CASE("what a child starts with go belongs to the same group") {
  CHECK(run_seeded(grandchildren()) == 11);
}

task<> throw_from_body(task_group& group, counter* canceled) {
  group.go(sleep_an_hour(*canceled));
  group.go(fail_after("child", 1h));
  (void)co_await weft::sleep(1ms);
  throw std::runtime_error("body");
}

task<> leave_children(task_group& group, counter* sum) {
  for (int i = 0; i < 5; ++i) group.go(add_after_yields(*sum, i));
  co_return;
}

TEST_CASE("with_group joins the group when its body returns") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter sum = 0;
    run_under(m, weft::with_group(leave_children, &sum));
    CHECK(sum == 5);
  }
}

TEST_CASE("with_group cancels and joins the children when its body throws") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter canceled = 0;
    CHECK_THROWS_WITH(run_under(m, weft::with_group(throw_from_body, &canceled)), "body");
    CHECK(canceled == 1);
  }
}

task<> forget_to_join() {
  counter canceled = 0;
  task_group group;
  group.go(sleep_an_hour(canceled));
  (void)co_await weft::sleep(1ms);
}

TEST_CASE("a group that is destroyed before its children have ended ends the process") {
  const captured_stderr err;
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    run_seeded(forget_to_join());
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
  CHECK_THAT(err.text(), ContainsSubstring("with_group()"));
}

TEST_CASE("a group outside of tasks cannot be made") {
  CHECK_THROWS_WITH(task_group(), ContainsSubstring("task_group"));
}

task<int> cancel_while_they_end(int rounds) {
  counter ended = 0;
  for (int i = 0; i < rounds; ++i) {
    task_group group;
    for (int k = 0; k < 4; ++k) group.go(add_after_yields(ended, k));
    co_await weft::yield();
    group.cancel();
    co_await group.join();
  }
  co_return ended.load();
}

TEST_CASE("a cancel may run into the end of the children") {
  CHECK(run_under({"parallel, workers 4", weft::parallel{.workers = 4}},
                  cancel_while_they_end(5'000)) == 20'000);
}

task<> fail_at_once() {
  co_await weft::yield();
  throw std::runtime_error("all fail");
}

task<int> many_fail(int rounds) {
  int thrown = 0;
  for (int i = 0; i < rounds; ++i) {
    task_group group;
    for (int k = 0; k < 8; ++k) group.go(fail_at_once());
    try {
      co_await group.join();
    } catch (const std::runtime_error&) {
      ++thrown;
    }
  }
  co_return thrown;
}

TEST_CASE("children that fail at the same time give one error") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, many_fail(100)) == 100);
  }
}

}  // namespace
