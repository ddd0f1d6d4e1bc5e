#include <weft/runtime/shield.hpp>

#include <weft/runtime/deadline.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>

namespace {

using namespace std::chrono_literals;
using weft::condition;
using weft::shield;
using weft::task;
using weft::test::every_model;
using weft::test::run_seeded;
using weft::test::run_under;

using counter = std::atomic<int>;

task<std::string> save(weft::duration wait) {
  const auto canceled = co_await weft::sleep(wait);
  co_return canceled ? "cut short" : "saved";
}

task<std::string> save_shielded() {
  auto saved = co_await shield(save(5ms));
  // The waiter itself is cancelled, and its next wait says so.
  const auto next = co_await weft::sleep(1h);
  co_return saved + (next == condition::canceled ? ", then cancelled" : ", then slept");
}

task<std::string> cancel_waiter(bool before_it_starts) {
  auto waiter = weft::go(save_shielded());
  if (!before_it_starts) (void)co_await weft::sleep(1ms);
  waiter.cancel();
  co_return co_await waiter.join();
}

TEST_CASE("a shielded task ends undisturbed when its waiter is cancelled, who waits for it") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_waiter(false)) == "saved, then cancelled");
    CHECK(run_under(m, cancel_waiter(true)) == "saved, then cancelled");
  }
}

task<int> ready() { co_return 5; }

task<> fail() {
  co_await weft::yield();
  throw std::runtime_error("shielded");
}

TEST_CASE("shield gives what the task returns or throws") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, shield(ready())) == 5);
    CHECK_THROWS_WITH(run_under(m, shield(fail())), "shielded");
  }
}

TEST_CASE("a deadline around a shield waits, and one inside of it ends the task") {
  const auto outside = run_seeded(weft::with_timeout(1s, shield(save(1h))));
  CHECK(outside.error() == condition::timed_out);
  const auto inside = run_seeded(shield(weft::with_timeout(1s, save(1h))));
  CHECK(inside.error() == condition::timed_out);
}

task<> count_end(counter& ended) {
  const auto canceled = co_await weft::sleep(5ms);
  if (!canceled) ++ended;
}

task<> leave_children(counter& ended) {
  weft::go(count_end(ended));
  weft::go(count_end(ended));
  co_return;
}

task<int> cancel_with_children() {
  counter ended = 0;
  auto waiter = weft::go(shield(leave_children(ended)));
  (void)co_await weft::sleep(1ms);
  waiter.cancel();
  co_await waiter.join();
  co_return ended.load();
}

TEST_CASE("what a shielded task starts with go is shielded and joined too") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_with_children()) == 2);
  }
}

task<> start_background(counter& ended) {
  weft::scheduler::current().spawn(shield(count_end(ended)));
  (void)co_await weft::sleep(1ms);
}

TEST_CASE("the shutdown waits for a shielded task") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter ended = 0;
    run_under(m, start_background(ended));
    CHECK(ended == 1);
  }
}

task<> cancel_at_random_times(counter& ended, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    auto waiter = weft::go(shield([](counter& sum, int yields) -> task<> {
      for (int k = 0; k < yields; ++k) co_await weft::yield();
      ++sum;
    }(ended, i % 5)));
    for (int k = 0; k < i % 4; ++k) co_await weft::yield();
    waiter.cancel();
    co_await waiter.join();
  }
}

TEST_CASE("cancels that race with the end of a shielded task lose nothing") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter ended = 0;
    run_under(m, cancel_at_random_times(ended, 2'000));
    CHECK(ended == 2'000);
  }
}

}  // namespace
