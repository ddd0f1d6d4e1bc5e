#include <weft/runtime/scheduler.hpp>

#include <weft/runtime/channel.hpp>
#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/captured_stderr.hpp>
#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::condition;
using weft::scheduler;
using weft::task;
using weft::test::captured_stderr;
using weft::test::every_model;
using weft::test::run_under;
using weft::test::serving_models;

using counter = std::atomic<int>;

task<> add(counter& sum) {
  ++sum;
  co_return;
}

task<> add_after_yield(counter& sum) {
  co_await weft::yield();
  ++sum;
}

task<> sleep_an_hour(counter& canceled) {
  const auto outcome = co_await weft::sleep(1h);
  if (outcome == condition::canceled) ++canceled;
}

task<> hold(std::shared_ptr<int> value) {
  co_await weft::yield();
  (void)value;
}

task<> leave_in_background(counter& canceled) {
  weft::go(sleep_an_hour(canceled));
  weft::go(sleep_an_hour(canceled));
  (void)co_await weft::sleep(1ms);
}

TEST_CASE("run cancels and joins what is left in the background") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter canceled = 0;
    run_under(m, leave_in_background(canceled));
    CHECK(canceled == 2);
  }
}

task<> start_another_when_cancelled(counter& canceled, int left) {
  co_await sleep_an_hour(canceled);
  if (left > 1) weft::go(start_another_when_cancelled(canceled, left - 1));
}

task<> start(task<> background) {
  weft::go(std::move(background));
  co_return;
}

TEST_CASE("what background tasks start while run ends is cancelled and joined too") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter canceled = 0;
    run_under(m, start(start_another_when_cancelled(canceled, 5)));
    CHECK(canceled == 5);
  }
}

task<int> small_run(int value) {
  counter sum = 0;
  weft::task_group group;
  group.go(add_after_yield(sum));
  weft::go(hold(nullptr));
  co_await group.join();
  co_return sum + value;
}

TEST_CASE("a scheduler runs again after it has run") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    scheduler s(m.value);
    int sum = 0;
    for (int i = 0; i < 1'000; ++i) sum += s.run(small_run(1));
    CHECK(sum == 2'000);
  }
}

task<> always_fails() {
  co_await weft::yield();
  throw std::runtime_error("main failed");
}

TEST_CASE("a scheduler runs again after its main task threw") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    scheduler s(m.value);
    CHECK_THROWS_WITH(s.run(always_fails()), "main failed");
    CHECK(s.run(small_run(1)) == 2);
  }
}

task<int> receive(weft::channel<int>& values, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += *co_await values.recv();
  co_return sum;
}

task<> send_one(weft::channel<int>& values) {
  auto sent = co_await values.send(1);
  if (!sent) throw std::runtime_error("not sent");
}

TEST_CASE("tasks may be spawned from other threads while run is under way") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    scheduler s(m.value);
    weft::channel<int> values;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 250; ++i) s.spawn(send_one(values));
      });
    }
    CHECK(s.run(receive(values, 1'000)) == 1'000);
    for (auto& thread : threads) thread.join();
  }
}

task<> wait_for(counter& sum, int least) {
  while (sum < least) co_await weft::yield();
}

TEST_CASE("a task that is spawned before run waits for it") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter sum = 0;
    scheduler s(m.value);
    s.spawn(add(sum));
    CHECK(sum == 0);
    s.run(wait_for(sum, 1));
    s.spawn(add(sum));
    CHECK(sum == 1);
    s.run(wait_for(sum, 2));
    CHECK(sum == 2);
  }
}

TEST_CASE("a scheduler frees spawned tasks that it never ran") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const auto value = std::make_shared<int>(1);
    {
      scheduler s(m.value);
      s.spawn(hold(value));
      CHECK(value.use_count() == 2);
    }
    CHECK(value.use_count() == 1);
    {
      scheduler s(m.value);
      s.run(small_run(1));
      s.spawn(hold(value));
    }
    CHECK(value.use_count() == 1);
  }
}

TEST_CASE("a spawn that meets the end of run is run then or by the next run, and once") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    constexpr int spawned = 3'000;
    counter ran = 0;
    std::atomic<bool> spawned_all = false;
    scheduler s(m.value);
    std::thread spawner([&] {
      for (int i = 0; i < spawned; ++i) {
        s.spawn(add_after_yield(ran));
        if (i % 16 == 0) std::this_thread::yield();
      }
      spawned_all = true;
    });
    while (!spawned_all) s.run(small_run(0));
    spawner.join();
    s.run(small_run(0));
    CHECK(ran == spawned);
  }
}

task<> background_error() {
  co_await weft::yield();
  throw std::runtime_error("lost in the background");
}

task<> yield_often() {
  for (int i = 0; i < 100; ++i) co_await weft::yield();
}

TEST_CASE("an error of a spawned task is reported on standard error") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const captured_stderr err;
    scheduler s(m.value);
    s.spawn(background_error());
    s.run(yield_often());
    CHECK_THAT(err.text(), ContainsSubstring("lost in the background"));
  }
}

task<int> run_inner(const weft::model m) {
  scheduler inner(m);
  int sum = inner.run(small_run(1));
  // Only a worker can suspend and start tasks: this one must still be known as one.
  co_await weft::yield();
  auto handle = weft::go(small_run(2));
  sum += co_await handle.join();
  weft::checkpoint();
  co_return sum;
}

TEST_CASE("a task may run a scheduler of its own") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, run_inner(weft::event_loop{})) == 5);
    CHECK(run_under(m, run_inner(weft::gil{.threads = 2})) == 5);
    CHECK(run_under(m, run_inner(weft::parallel{.workers = 2})) == 5);
    CHECK(run_under(m, run_inner(weft::sharded{.shards = 2})) == 5);
    CHECK(run_under(m, run_inner(weft::threads{.max = 2})) == 5);
  }
}

task<int> run_again_inside() {
  auto& current = scheduler::current();
  co_return current.run(small_run(1));
}

TEST_CASE("run inside of run throws") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK_THROWS_WITH(run_under(m, run_again_inside()), ContainsSubstring("run()"));
  }
}

task<bool> is_current(scheduler& s) {
  co_await weft::yield();
  co_return &scheduler::current() == &s;
}

TEST_CASE("current is the scheduler whose task runs here") {
  CHECK_THROWS_WITH(scheduler::current(), ContainsSubstring("scheduler::current()"));
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    scheduler s(m.value);
    CHECK(s.run(is_current(s)));
  }
}

task<int> burst(int count) {
  counter sum = 0;
  weft::task_group group;
  for (int i = 0; i < count; ++i) group.go(add_after_yield(sum));
  co_await group.join();
  co_return sum.load();
}

TEST_CASE("many more workers than cores start, work and stop") {
  const weft::test::named_model crowds[] = {
      {"parallel, workers 64", weft::parallel{.workers = 64}},
      {"gil, threads 16", weft::gil{.threads = 16}},
      {"sharded, shards 100", weft::sharded{.shards = 100}},
      {"threads, max 300", weft::threads{.max = 300}},
  };
  for (const auto& m : crowds) {
    CAPTURE(m.name);
    scheduler s(m.value);
    for (int i = 0; i < 10; ++i) CHECK(s.run(burst(500)) == 500);
  }
}

task<bool> sleeper_passes_computation(bool& computing) {
  const auto ec = co_await weft::sleep(5ms);
  co_return !ec && computing;
}

task<bool> compute_beside_sleeper() {
  bool computing = true;
  auto sleeper = weft::go(sleeper_passes_computation(computing));
  co_await weft::yield();
  // The other threads have time to go to sleep, so that nothing but the timer wakes one.
  const auto end = std::chrono::steady_clock::now() + 3s;
  while (!sleeper.ended() && std::chrono::steady_clock::now() < end) weft::checkpoint();
  computing = false;
  co_return co_await sleeper.join();
}

TEST_CASE("a sleep ends on time while the worker that started it computes") {
  for (const auto& m : serving_models()) {
    const bool one_thread_for_both =
        m.name == "event_loop" || std::holds_alternative<weft::sharded>(m.value);
    if (one_thread_for_both) continue;
    CAPTURE(m.name);
    CHECK(run_under(m, compute_beside_sleeper()));
  }
}

}  // namespace
