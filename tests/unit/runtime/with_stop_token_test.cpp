#include <weft/runtime/with_stop_token.hpp>

#include <weft/base/error.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>

namespace {

using namespace std::chrono_literals;
using weft::condition;
using weft::task;
using weft::test::every_model;
using weft::test::run_under;
using weft::test::serving_models;
using weft::with_stop_token;

task<std::string> undisturbed() {
  std::stop_token kept;
  auto body = [&kept](std::stop_token stop) -> task<std::string> {
    kept = stop;
    co_await weft::yield();
    co_return stop.stop_requested() ? "requested" : "calm";
  };
  auto seen = co_await with_stop_token(body);
  co_return seen + (kept.stop_requested() ? ", then requested" : ", then calm");
}

TEST_CASE("the token of a task that nobody cancels stays calm, also after the end") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, undisturbed()) == "calm, then calm");
  }
}

task<> fail(std::stop_token) {
  co_await weft::yield();
  throw std::runtime_error("body");
}

TEST_CASE("what the body throws is thrown") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK_THROWS_WITH(run_under(m, with_stop_token(fail)), "body");
  }
}

/// Waits for nothing but the token's callback, as a library of another kind would.
task<bool> wait_for_callback(std::stop_token stop) {
  std::atomic<bool> called = false;
  const std::stop_callback on_stop(stop, [&called] { called = true; });
  while (!called) co_await weft::yield();
  co_return stop.stop_requested();
}

task<bool> cancel_body(bool before_it_starts) {
  auto waiter = weft::go(with_stop_token(wait_for_callback));
  for (int i = 0; i < 10 && !before_it_starts; ++i) co_await weft::yield();
  waiter.cancel();
  co_return co_await waiter.join();
}

TEST_CASE("a cancel of the task requests the stop, whenever it comes") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_body(false)));
    CHECK(run_under(m, cancel_body(true)));
  }
}

TEST_CASE("a deadline requests the stop") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    const auto outcome = run_under(m, weft::with_timeout(1ms, with_stop_token(wait_for_callback)));
    CHECK(outcome.error() == condition::timed_out);
  }
}

task<std::error_code> sleep_in_body(std::stop_token) { co_return co_await weft::sleep(1h); }

task<std::error_code> cancel_sleeping_body() {
  auto waiter = weft::go(with_stop_token(sleep_in_body));
  (void)co_await weft::sleep(1ms);
  waiter.cancel();
  co_return co_await waiter.join();
}

TEST_CASE("a cancel ends the body's own waits too") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_sleeping_body()) == condition::canceled);
  }
}

/// Blocks a thread until the stop.
std::string wait_on_thread(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  const bool came = never.wait_for(lock, stop, 30s, [] { return false; });
  return came || !stop.stop_requested() ? "no stop" : "stopped";
}

task<std::string> block_and_cancel(std::atomic<bool>& started) {
  auto call = [&started](std::stop_token stop) {
    started = true;
    return wait_on_thread(std::move(stop));
  };
  auto waiter = weft::go(weft::blocking(call));
  while (!started) co_await weft::yield();
  waiter.cancel();
  co_return co_await waiter.join();
}

TEST_CASE("a cancel stops a blocking call that takes a token") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    std::atomic<bool> started = false;
    CHECK(run_under(m, block_and_cancel(started)) == "stopped");
  }
}

task<bool> block_when_cancelled() {
  (void)co_await weft::sleep(1h);
  auto was_requested = [](std::stop_token stop) { return stop.stop_requested(); };
  co_return co_await weft::blocking(was_requested);
}

task<bool> cancel_before_blocking() {
  auto waiter = weft::go(block_when_cancelled());
  (void)co_await weft::sleep(1ms);
  waiter.cancel();
  co_return co_await waiter.join();
}

TEST_CASE("a blocking call of a task that is cancelled already sees the request at once") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_before_blocking()));
  }
}

task<std::unique_ptr<int>> block_for_box() {
  auto call = [](std::stop_token stop) {
    return stop.stop_requested() ? nullptr : std::make_unique<int>(5);
  };
  co_return co_await weft::blocking(call);
}

task<> block_and_fail() {
  auto call = [](std::stop_token) { throw std::runtime_error("call"); };
  co_await weft::blocking(call);
}

TEST_CASE("a stoppable blocking call gives what it returns or throws") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(*run_under(m, block_for_box()) == 5);
    CHECK_THROWS_WITH(run_under(m, block_and_fail()), "call");
  }
}

task<> race_once(int i, std::atomic<int>& ended) {
  auto body = [&ended, i](std::stop_token) -> task<> {
    for (int k = 0; k < i % 5; ++k) co_await weft::yield();
    ++ended;
  };
  auto waiter = weft::go(with_stop_token(body));
  for (int k = 0; k < i % 7; ++k) co_await weft::yield();
  waiter.cancel();
  co_await waiter.join();
}

task<> race_many(int rounds, std::atomic<int>& ended) {
  for (int i = 0; i < rounds; ++i) co_await race_once(i, ended);
}

TEST_CASE("a cancel that races with the end of the body leaves nothing behind") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    std::atomic<int> ended = 0;
    run_under(m, race_many(1'000, ended));
    CHECK(ended == 1'000);
  }
}

}  // namespace
