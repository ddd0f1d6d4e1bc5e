#include <weft/runtime/semaphore.hpp>

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
#include <optional>
#include <random>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::semaphore;
using weft::task;
using weft::test::every_model;
using weft::test::last_words;
using weft::test::run_seeded;
using weft::test::run_under;
using weft::test::seeds;
using weft::test::serving_models;

static_assert(!std::is_copy_constructible_v<semaphore>);
static_assert(std::is_nothrow_move_constructible_v<semaphore::permit>);

TEST_CASE("try_acquire takes what is there and no more") {
  semaphore s(3);
  auto two = s.try_acquire(2);
  CHECK(two);
  CHECK(s.available() == 1);
  CHECK_FALSE(s.try_acquire(2));
  {
    const auto one = s.try_acquire();
    CHECK(one);
    CHECK_FALSE(s.try_acquire());
  }
  CHECK(s.available() == 1);
  two.reset();
  CHECK(s.available() == 3);
  CHECK(s.try_acquire(0));
}

TEST_CASE("a permit that is forgotten goes back by release") {
  semaphore s(1);
  s.try_acquire()->forget();
  CHECK(s.available() == 0);
  s.release(2);
  CHECK(s.available() == 2);
}

TEST_CASE("a permit that is moved goes back once") {
  semaphore s(2);
  auto first = s.try_acquire();
  REQUIRE(first);
  semaphore::permit kept = std::move(*first);
  first.reset();
  CHECK(s.available() == 1);
  kept = std::move(*s.try_acquire());
  CHECK(s.available() == 1);
}

struct usage {
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::atomic<int> visits = 0;
};

task<> visit(semaphore& s, usage& u, int times) {
  for (int i = 0; i < times; ++i) {
    auto permit = co_await s.acquire();
    if (!permit) co_return;
    const int now = ++u.inside;
    int most = u.most;
    while (most < now && !u.most.compare_exchange_weak(most, now)) {}
    if (i % 3 == 0) co_await weft::yield();
    ++u.visits;
    --u.inside;
  }
}

task<> visit_from_many(usage& u, std::size_t permits) {
  semaphore s(permits);
  weft::task_group group;
  for (int i = 0; i < 8; ++i) group.go(visit(s, u, 200));
  co_await group.join();
}

TEST_CASE("no more tasks than there are permits are inside") {
  for (const auto& m : every_model()) {
    for (const std::size_t permits : {1U, 3U}) {
      CAPTURE(m.name, permits);
      usage u;
      run_under(m, visit_from_many(u, permits));
      CHECK(u.visits == 8 * 200);
      CHECK(u.most <= static_cast<int>(permits));
    }
  }
}

task<> take(semaphore& s, std::size_t count, std::string& order, char name) {
  auto permit = co_await s.acquire(count);
  order += permit ? name : 'x';
}

task<std::string> take_in_turn() {
  semaphore s(0);
  std::string order;
  weft::task_group group;
  group.go(take(s, 3, order, 'a'));
  (void)co_await weft::sleep(1ms);
  group.go(take(s, 1, order, 'b'));
  (void)co_await weft::sleep(1ms);
  s.release(2);  // enough for b, but a came first
  (void)co_await weft::sleep(1ms);
  order += s.try_acquire() ? '!' : '.';
  s.release(1);
  co_await group.join();
  co_return order;
}

TEST_CASE("a large request is not starved by small ones that come later") {
  for (const auto& m : seeds(10)) {
    CAPTURE(m.name);
    CHECK(run_under(m, take_in_turn()) == ".ab");
  }
}

task<std::string> cancel_first(bool before) {
  semaphore s(1);
  std::string order;
  auto large = weft::go(take(s, 5, order, 'a'));
  if (before) large.cancel();
  (void)co_await weft::sleep(1ms);
  auto small = weft::go(take(s, 1, order, 'b'));
  (void)co_await weft::sleep(1ms);
  order += '.';
  large.cancel();
  co_await large.join();
  co_await small.join();
  co_return s.available() == 1 ? order : "lost permits";
}

TEST_CASE("a cancelled request takes nothing and lets those behind it go") {
  for (const auto& m : seeds(10)) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_first(true)) == "xb.");
    const auto order = run_under(m, cancel_first(false));
    CHECK((order == ".xb" || order == ".bx"));
  }
}

task<> acquire_counted(semaphore& s, std::size_t count, std::atomic<int>& got) {
  auto permit = co_await s.acquire(count);
  if (permit) ++got;
  co_await weft::yield();
}

task<> cancel_after(weft::join_handle<> victim, std::uint32_t yields) {
  for (std::uint32_t i = 0; i < yields; ++i) co_await weft::yield();
  victim.cancel();
  co_await victim.join();
}

task<bool> race(int rounds, std::uint64_t seed) {
  std::minstd_rand random(static_cast<unsigned>(seed));
  semaphore s(2);
  std::atomic<int> got = 0;
  for (int i = 0; i < rounds; ++i) {
    weft::task_group group;
    for (int k = 0; k < 4; ++k) {
      auto victim = group.go(acquire_counted(s, 1 + random() % 2, got));
      group.go(cancel_after(std::move(victim), static_cast<std::uint32_t>(random() % 5)));
    }
    co_await group.join();
  }
  co_return s.available() == 2 && got > 0;
}

TEST_CASE("no permit is lost or doubled when cancels and releases race") {
  const auto seed = weft::test::random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, race(500, seed)));
  }
}

task<int> acquire_all(semaphore& s, int count) {
  int got = 0;
  for (int i = 0; i < count; ++i) {
    auto permit = co_await s.acquire();
    if (!permit) break;
    permit->forget();
    ++got;
  }
  co_return got;
}

TEST_CASE("a thread that runs no task releases permits") {
  constexpr int count = 1'000;
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    semaphore s(0);
    std::thread giver([&] {
      for (int i = 0; i < count; ++i) s.release();
    });
    const int got = run_under(m, acquire_all(s, count));
    giver.join();
    CHECK(got == count);
  }
}

task<> destroy_while_waited_for() {
  auto s = std::make_unique<semaphore>(0U);
  std::string order;
  auto waiter = weft::go(take(*s, 1, order, 'a'));
  (void)co_await weft::sleep(1ms);
  s.reset();
}

TEST_CASE("a semaphore that is destroyed while tasks wait for it ends the process") {
  CHECK_THAT(last_words([] { run_seeded(destroy_while_waited_for()); }),
             ContainsSubstring("a weft::semaphore was destroyed while somebody waits in it"));
}

}  // namespace
