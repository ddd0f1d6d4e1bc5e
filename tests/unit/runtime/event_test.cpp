#include <weft/runtime/event.hpp>

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/last_words.hpp>
#include <support/models.hpp>
#include <support/random_seed.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <thread>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::condition;
using weft::event;
using weft::task;
using weft::test::every_model;
using weft::test::last_words;
using weft::test::run_seeded;
using weft::test::run_under;
using weft::test::seeds;
using weft::test::serving_models;

using counter = std::atomic<int>;

task<std::error_code> wait_for(event& e) {
  auto waited = co_await e.wait();
  co_return waited ? std::error_code() : waited.error();
}

task<> count_wait(event& e, counter& passed) {
  auto waited = co_await e.wait();
  if (waited) ++passed;
}

task<int> set_for_many(int count) {
  event e;
  counter passed = 0;
  weft::task_group group;
  for (int i = 0; i < count; ++i) group.go(count_wait(e, passed));
  (void)co_await weft::sleep(1ms);
  const int early = passed;
  e.set();
  co_await group.join();
  co_return early == 0 ? passed.load() : -1;
}

TEST_CASE("a set event wakes all that wait for it, and none before") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, set_for_many(50)) == 50);
  }
}

TEST_CASE("an event that is set holds nobody up") {
  event e;
  CHECK_FALSE(e.is_set());
  e.set();
  e.set();
  CHECK(e.is_set());
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK_FALSE(run_under(m, wait_for(e)));
  }
}

task<bool> wait_after_reset() {
  event e;
  e.set();
  e.reset();
  auto waiter = weft::go(wait_for(e));
  (void)co_await weft::sleep(1s);
  const bool waited = !waiter.ended();
  e.set();
  e.reset();  // who was woken stays woken
  const auto outcome = co_await waiter.join();
  co_return waited && !outcome;
}

TEST_CASE("an event that was reset holds up those that come after") {
  for (const auto& m : seeds(10)) {
    CAPTURE(m.name);
    CHECK(run_under(m, wait_after_reset()));
  }
}

task<std::error_code> cancel_wait(bool before) {
  event e;
  auto waiter = weft::go(wait_for(e));
  if (!before) (void)co_await weft::sleep(1ms);
  waiter.cancel();
  const auto outcome = co_await waiter.join();
  e.set();  // finds nobody
  co_return outcome;
}

TEST_CASE("a wait for an event can be cancelled") {
  for (const auto& m : every_model()) {
    for (const bool before : {true, false}) {
      CAPTURE(m.name, before);
      CHECK(run_under(m, cancel_wait(before)) == condition::canceled);
    }
  }
}

task<> cancelled_meets_set(event& e, std::error_code& outcome) {
  auto self = weft::go(wait_for(e));
  self.cancel();
  outcome = co_await self.join();
}

TEST_CASE("a cancelled task passes an event that is set") {
  event e;
  e.set();
  std::error_code outcome = condition::canceled;
  run_seeded(cancelled_meets_set(e, outcome));
  CHECK_FALSE(outcome);
}

task<> set_after(event& e, std::uint32_t yields) {
  for (std::uint32_t i = 0; i < yields; ++i) co_await weft::yield();
  e.set();
}

task<int> race(int rounds, std::uint64_t seed) {
  std::minstd_rand random(static_cast<unsigned>(seed));
  int ended = 0;
  for (int i = 0; i < rounds; ++i) {
    event e;
    auto waiter = weft::go(wait_for(e));
    auto setter = weft::go(set_after(e, static_cast<std::uint32_t>(random() % 4)));
    for (auto yields = random() % 4; yields != 0; --yields) co_await weft::yield();
    waiter.cancel();
    const auto outcome = co_await waiter.join();
    ended += !outcome || outcome == condition::canceled ? 1 : 0;
    co_await setter.join();
  }
  co_return ended;
}

TEST_CASE("a cancel may run into the set") {
  const auto seed = weft::test::random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, race(1'000, seed)) == 1'000);
  }
}

task<bool> wait_and_destroy(std::unique_ptr<event> e) {
  auto waited = co_await e->wait();
  e.reset();
  co_return waited.has_value();
}

TEST_CASE("a thread that runs no task sets the event, and who waited may destroy it at once") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    for (int i = 0; i < 50; ++i) {
      auto e = std::make_unique<event>();
      std::thread setter([&shared = *e] { shared.set(); });
      const bool passed = run_under(m, wait_and_destroy(std::move(e)));
      setter.join();
      CHECK(passed);
    }
  }
}

task<> destroy_while_waited_for() {
  auto e = std::make_unique<event>();
  auto waiter = weft::go(wait_for(*e));
  (void)co_await weft::sleep(1ms);
  e.reset();
}

TEST_CASE("an event that is destroyed while tasks wait for it ends the process") {
  CHECK_THAT(last_words([] { run_seeded(destroy_while_waited_for()); }),
             ContainsSubstring("a weft::event was destroyed while somebody waits in it"));
}

}  // namespace
