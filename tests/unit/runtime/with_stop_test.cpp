#include <weft/runtime/with_stop.hpp>

#include <weft/base/error.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>

#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <system_error>
#include <thread>

namespace {

using namespace std::chrono_literals;
using weft::condition;
using weft::task;
using weft::test::every_model;
using weft::test::run_under;
using weft::test::serving_models;
using weft::with_stop;

task<std::error_code> sleep_an_hour() { co_return co_await weft::sleep(1h); }

task<int> ready(int value) { co_return value; }

task<> fail() {
  co_await weft::yield();
  throw std::runtime_error("inner");
}

TEST_CASE("a task gives its result where no stop is requested") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const std::stop_source source;
    CHECK(run_under(m, with_stop(source.get_token(), ready(5))) == 5);
    CHECK(run_under(m, with_stop(std::stop_token(), ready(6))) == 6);
    CHECK_THROWS_WITH(run_under(m, with_stop(source.get_token(), fail())), "inner");
  }
}

task<> request_later(std::stop_source source) {
  (void)co_await weft::sleep(1ms);
  source.request_stop();
}

task<std::error_code> stop_sleeper() {
  const std::stop_source source;
  auto sleeper = weft::go(with_stop(source.get_token(), sleep_an_hour()));
  co_await request_later(source);
  co_return co_await sleeper.join();
}

TEST_CASE("a request ends the waits of the task") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, stop_sleeper()) == condition::canceled);
  }
}

TEST_CASE("a stop that was requested before cancels the task from its start") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    std::stop_source source;
    source.request_stop();
    CHECK(run_under(m, with_stop(source.get_token(), sleep_an_hour())) == condition::canceled);
  }
}

TEST_CASE("a stop may be requested on a thread that runs no tasks") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    for (int i = 0; i < 20; ++i) {
      std::stop_source source;
      std::thread requester([&source, i] {
        std::this_thread::sleep_for(std::chrono::microseconds(50 * i));
        source.request_stop();
      });
      CHECK(run_under(m, with_stop(source.get_token(), sleep_an_hour())) == condition::canceled);
      requester.join();
    }
  }
}

task<std::error_code> cancel_waiter(bool before_it_starts) {
  const std::stop_source source;
  auto waiter = weft::go(with_stop(source.get_token(), sleep_an_hour()));
  if (!before_it_starts) (void)co_await weft::sleep(1ms);
  waiter.cancel();
  co_return co_await waiter.join();
}

TEST_CASE("a cancel of the waiter passes through") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_waiter(true)) == condition::canceled);
    CHECK(run_under(m, cancel_waiter(false)) == condition::canceled);
  }
}

task<> yield_often(int count) {
  for (int i = 0; i < count; ++i) co_await weft::yield();
}

TEST_CASE("a request that races with the end of the task finds it alive or gone") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    for (int i = 0; i < 200; ++i) {
      std::stop_source source;
      std::thread requester([&source] { source.request_stop(); });
      run_under(m, with_stop(source.get_token(), yield_often(i % 50)));
      requester.join();
    }
  }
}

}  // namespace
