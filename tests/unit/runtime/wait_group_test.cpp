#include <weft/runtime/wait_group.hpp>

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
#include <memory>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::condition;
using weft::task;
using weft::test::every_model;
using weft::test::last_words;
using weft::test::run_seeded;
using weft::test::run_under;
using weft::test::serving_models;
using weft::wait_group;

using counter = std::atomic<int>;

task<> work(wait_group& group, counter& ended, int yields) {
  for (int i = 0; i < yields; ++i) co_await weft::yield();
  ++ended;
  group.done();
}

task<int> wait_for_work(int count) {
  wait_group group;
  counter ended = 0;
  for (int i = 0; i < count; ++i) {
    group.add();
    weft::go(work(group, ended, i % 5));
  }
  auto waited = co_await group.wait();
  co_return waited ? ended.load() : -1;
}

TEST_CASE("wait returns when all that was added is done") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    for (const int count : {0, 1, 100}) CHECK(run_under(m, wait_for_work(count)) == count);
  }
}

task<int> use_twice() {
  wait_group group(2);
  counter ended = 0;
  weft::go(work(group, ended, 1));
  weft::go(work(group, ended, 2));
  auto first = co_await group.wait();
  group.add(1);
  weft::go(work(group, ended, 1));
  auto second = co_await group.wait();
  co_return first&& second ? ended.load() : -1;
}

TEST_CASE("a wait group can be used again") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, use_twice()) == 3);
  }
}

task<std::error_code> wait_for(wait_group& group) {
  auto waited = co_await group.wait();
  co_return waited ? std::error_code() : waited.error();
}

task<std::error_code> cancel_wait(bool before) {
  wait_group group(1);
  auto waiter = weft::go(wait_for(group));
  if (!before) (void)co_await weft::sleep(1ms);
  waiter.cancel();
  const auto outcome = co_await waiter.join();
  group.done();
  co_return outcome;
}

TEST_CASE("a wait for a wait group can be cancelled") {
  for (const auto& m : every_model()) {
    for (const bool before : {true, false}) {
      CAPTURE(m.name, before);
      CHECK(run_under(m, cancel_wait(before)) == condition::canceled);
    }
  }
}

task<bool> wait_and_destroy(std::unique_ptr<wait_group> group) {
  auto waited = co_await group->wait();
  group.reset();
  co_return waited.has_value();
}

TEST_CASE("threads that run no task end the work, and who waited may destroy the group at once") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    for (int i = 0; i < 30; ++i) {
      auto group = std::make_unique<wait_group>(3U);
      std::vector<std::thread> workers;
      for (int k = 0; k < 3; ++k) workers.emplace_back([&shared = *group] { shared.done(); });
      const bool passed = run_under(m, wait_and_destroy(std::move(group)));
      for (auto& w : workers) w.join();
      CHECK(passed);
    }
  }
}

TEST_CASE("to end more than was added ends the process") {
  CHECK_THAT(last_words([] {
               wait_group group(1);
               group.done(2);
             }),
             ContainsSubstring("wait_group::done()"));
}

task<> destroy_while_waited_for() {
  auto group = std::make_unique<wait_group>(1U);
  auto waiter = weft::go(wait_for(*group));
  (void)co_await weft::sleep(1ms);
  group.reset();
}

TEST_CASE("a wait group that is destroyed while tasks wait for it ends the process") {
  CHECK_THAT(last_words([] { run_seeded(destroy_while_waited_for()); }),
             ContainsSubstring("a weft::wait_group was destroyed while somebody waits in it"));
}

}  // namespace
