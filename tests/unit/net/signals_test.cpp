#include <weft/net/signals.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <csignal>
#include <optional>

#include "support/models.hpp"
#include "support/under_each_model.hpp"

using namespace std::chrono_literals;
using weft::condition;
using weft::result;
using weft::stop_signals;
using weft::task;
using weft::test::under_each_model;

TEST_CASE("a signal that comes before the wait ends it") {
  under_each_model([]() -> task<> {
    stop_signals signals;
    std::raise(SIGTERM);
    const auto caught = co_await signals.next();
    REQUIRE(caught.has_value());
    CHECK(*caught == SIGTERM);
  });
}

TEST_CASE("a signal that comes during the wait ends it") {
  under_each_model([]() -> task<> {
    stop_signals signals;
    auto waiting = weft::go(signals.next());
    co_await weft::sleep(2ms);
    std::raise(SIGINT);
    const auto caught = co_await waiting.join();
    REQUIRE(caught.has_value());
    CHECK(*caught == SIGINT);
  });
}

TEST_CASE("a wait for a signal can be cancelled and begun again") {
  under_each_model([]() -> task<> {
    stop_signals signals;
    auto waiting = weft::go(signals.next());
    co_await weft::sleep(2ms);
    waiting.cancel();
    const auto nothing = co_await waiting.join();
    REQUIRE(!nothing.has_value());
    CHECK(nothing.error() == condition::canceled);
    std::raise(SIGTERM);
    const auto caught = co_await signals.next();
    CHECK(caught.has_value());
  });
}

TEST_CASE("a wait for a signal in a task that was cancelled before ends at once") {
  under_each_model([]() -> task<> {
    stop_signals signals;
    auto waiting = weft::go(signals.next());
    waiting.cancel();
    const auto nothing = co_await waiting.join();
    REQUIRE(!nothing.has_value());
    CHECK(nothing.error() == condition::canceled);
  });
}

TEST_CASE("a cancel that meets a signal loses none: it ends this wait, or the next") {
  under_each_model([]() -> task<> {
    stop_signals signals;
    for (int round = 0; round < 60; ++round) {
      auto waiting = weft::go(signals.next());
      for (int i = 0; i < round % 7; ++i) co_await weft::yield();
      if (round % 3 == 0) (void)co_await weft::sleep(100us);
      if (round % 2 == 0) std::raise(SIGTERM);
      waiting.cancel();
      if (round % 2 == 1) std::raise(SIGTERM);
      const auto first = co_await waiting.join();
      if (first) continue;
      REQUIRE(first.error() == condition::canceled);
      const auto second = co_await signals.next();
      REQUIRE(second.has_value());
      CHECK(*second == SIGTERM);
    }
  });
}

namespace {

task<> make(std::optional<stop_signals>& kept) {
  kept.emplace();
  co_return;
}

}  // namespace

TEST_CASE("stop signals outlive the scheduler in which they were made") {
  std::optional<stop_signals> kept;
  weft::test::run_under(weft::test::serving_models_with_io().front(), make(kept));
  kept.reset();
}
