#include <weft/runtime/yield.hpp>

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace {

using weft::task;
using weft::test::every_model;
using weft::test::run_under;

task<> write(std::string& log, char name) {
  for (int i = 0; i < 3; ++i) {
    log += name;
    co_await weft::yield();
  }
}

task<std::string> take_turns() {
  std::string log;
  weft::task_group group;
  for (const char name : {'a', 'b', 'c'}) group.go(write(log, name));
  co_await group.join();
  co_return log;
}

TEST_CASE("tasks that yield take turns, oldest first, on one worker that runs all") {
  CHECK(run_under({"event_loop", weft::event_loop{}}, take_turns()) == "abcabcabc");
}

task<> spin_until(const bool& done) {
  while (!done) co_await weft::yield();
}

task<> finish(bool& done) {
  done = true;
  co_return;
}

task<bool> yield_lets_other_run() {
  bool done = false;
  auto spinner = weft::go(spin_until(done));
  co_await weft::yield();
  auto finisher = weft::go(finish(done));
  co_await spinner.join();
  co_await finisher.join();
  co_return done;
}

TEST_CASE("a task that yields in a loop does not keep the others from running") {
  const weft::test::named_model one_at_a_time[] = {
      {"event_loop", weft::event_loop{}},
      {"parallel, workers 1", weft::parallel{.workers = 1}},
      {"gil, threads 1", weft::gil{.threads = 1}},
      {"deterministic", weft::deterministic{1}},
  };
  for (const auto& m : one_at_a_time) {
    CAPTURE(m.name);
    CHECK(run_under(m, yield_lets_other_run()));
  }
}

task<int> yield_when_cancelled() {
  int yields = 0;
  for (; yields < 10; ++yields) co_await weft::yield();
  co_return yields;
}

task<int> cancel_yielder() {
  auto victim = weft::go(yield_when_cancelled());
  victim.cancel();
  const int yields = co_await victim.join();
  co_return yields;
}

TEST_CASE("a cancelled task still yields") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_yielder()) == 10);
  }
}

}  // namespace
