#include <weft/runtime/submit.hpp>

#include <weft/runtime/background_scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/last_words.hpp>
#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::background_scheduler;
using weft::condition;
using weft::submit;
using weft::task;
using weft::test::serving_models;

using counter = std::atomic<int>;

task<std::unique_ptr<int>> boxed(int value) {
  co_await weft::yield();
  auto box = std::make_unique<int>(value);
  co_return box;
}

task<> fail() {
  co_await weft::yield();
  throw std::runtime_error("submitted");
}

task<std::error_code> sleep_an_hour(counter* started = nullptr) {
  if (started != nullptr) ++*started;
  co_return co_await weft::sleep(1h);
}

TEST_CASE("a plain thread gets the results of tasks from futures") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    background_scheduler side(m.value);
    auto value = submit(side.tasks(), boxed(5));
    auto failure = submit(side.tasks(), fail());
    CHECK(*value.get() == 5);
    // Only its type: who reads the text while the task's thread drops its reference alarms
    // ThreadSanitizer, which does not see libstdc++ count them.
    CHECK_THROWS_AS(failure.get(), std::runtime_error);
  }
}

task<int> add(counter& sum, int value) {
  co_await weft::yield();
  sum += value;
  co_return value;
}

TEST_CASE("many threads submit at once") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    counter sum = 0;
    counter returned = 0;
    background_scheduler side(m.value);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) returned += submit(side.tasks(), add(sum, 1)).get();
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(sum == 400);
    CHECK(returned == 400);
  }
}

TEST_CASE("stop cancels what is left, waits for it, and may be called again") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    counter started = 0;
    background_scheduler side(m.value);
    auto left = submit(side.tasks(), sleep_an_hour(&started));
    while (started == 0) std::this_thread::sleep_for(100us);
    side.stop();
    REQUIRE(left.wait_for(0s) == std::future_status::ready);
    CHECK(left.get() == condition::canceled);
    side.stop();
  }
}

TEST_CASE("what is submitted after the stop has a broken promise") {
  std::future<std::error_code> late;
  {
    background_scheduler side(weft::event_loop{});
    side.stop();
    late = submit(side.tasks(), sleep_an_hour());
  }
  CHECK_THROWS_AS(late.get(), std::future_error);
}

TEST_CASE("a task that was submitted before the run starts with it") {
  weft::scheduler s(weft::deterministic{3});
  auto early = submit(s, boxed(7));
  s.run([]() -> task<> { (void)co_await weft::sleep(1ms); }());
  CHECK(*early.get() == 7);
}

TEST_CASE("a background scheduler starts and stops at once, again and again") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    for (int i = 0; i < 50; ++i) {
      background_scheduler side(m.value);
      if (i % 2 == 0) (void)submit(side.tasks(), boxed(i));
      if (i % 3 == 0) side.stop();
    }
  }
}

TEST_CASE("two threads may stop a background scheduler at once") {
  for (int i = 0; i < 50; ++i) {
    background_scheduler side(weft::parallel{2});
    std::thread other([&side] { side.stop(); });
    side.stop();
    other.join();
  }
}

TEST_CASE("the deterministic model has no background") {
  CHECK_THROWS_AS(background_scheduler(weft::deterministic{1}), std::invalid_argument);
}

task<> stop_from_inside(background_scheduler& side) {
  side.stop();
  co_return;
}

TEST_CASE("stopping from a task of the scheduler itself ends the process with a message") {
  CHECK_THAT(weft::test::last_words([] {
               background_scheduler side(weft::event_loop{});
               submit(side.tasks(), stop_from_inside(side)).get();
             }),
             Catch::Matchers::ContainsSubstring("stopped by a task"));
}

}  // namespace
