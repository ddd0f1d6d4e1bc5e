// Cancels that meet the end of a wait: as in cancel_race_test.cpp, for what counts, is done once,
// or comes by the clock.

#include <weft/runtime/blocking.hpp>
#include <weft/runtime/interval.hpp>
#include <weft/runtime/once.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/shared_mutex.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/wait_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>
#include <support/random_seed.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstdint>
#include <random>
#include <thread>
#include <utility>

namespace {

using weft::condition;
using weft::task;
using weft::test::every_model;
using weft::test::random_seed;
using weft::test::run_under;

using counter = std::atomic<int>;

class dice {
public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}
  std::uint32_t operator()(std::uint32_t count) {
    return static_cast<std::uint32_t>(engine_() % count);
  }

private:
  std::mt19937_64 engine_;
};

/// How waits have ended.
struct ends {
  counter well = 0;
  counter canceled = 0;
  counter wrong = 0;

  template <class Result>
  void note(const Result& outcome) {
    if (outcome) ++well;
    else ++(outcome.error() == condition::canceled ? canceled : wrong);
  }
  int all() const { return well + canceled; }
};

task<> pause(std::uint32_t length) {
  for (std::uint32_t i = 0; i < length; ++i) co_await weft::yield();
}

task<> cancel_later(weft::join_handle<> victim, std::uint32_t length) {
  co_await pause(length);
  victim.cancel();
  co_await victim.join();
}

// ------------------------------------------------------------------ wait_group

task<> wait_for(weft::wait_group& group, ends& e) {
  const auto waited = co_await group.wait();
  e.note(waited);
}

task<> do_later(weft::wait_group& group, std::uint32_t length) {
  co_await pause(length);
  group.done();
}

task<> race_on_wait_groups(int rounds, std::uint64_t seed, ends& e) {
  dice random(seed);
  for (int i = 0; i < rounds; ++i) {
    weft::wait_group work(2);
    weft::task_group group;
    auto victim = group.go(wait_for(work, e));
    group.go(wait_for(work, e));
    group.go(do_later(work, random(4)));
    group.go(do_later(work, random(4)));
    group.go(cancel_later(std::move(victim), random(6)));
    co_await group.join();
  }
}

TEST_CASE("a cancel of a wait for a wait group may meet its end, and the other wait is let be") {
  const auto seed = random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    ends e;
    run_under(m, race_on_wait_groups(800, seed, e));
    CHECK(e.wrong == 0);
    CHECK(e.all() == 2 * 800);
    CHECK(e.well >= 800);
  }
}

// ------------------------------------------------------------------ once

struct doing {
  counter started = 0;
  counter finished = 0;
};

task<weft::result<void>> do_it(doing* d, std::uint32_t length) {
  ++d->started;
  co_await pause(length);
  if (weft::cancel_requested()) co_return condition::canceled;
  ++d->finished;
  co_return weft::result<void>();
}

task<> call(weft::once& o, doing* d, std::uint32_t length, ends& e) {
  const auto called = co_await o.call(do_it, d, length);
  e.note(called);
}

// Three call; whoever is at it, or waits, may be cancelled.
task<> race_on_once(int rounds, std::uint64_t seed, ends& e, counter& done_twice, counter& lost) {
  dice random(seed);
  for (int i = 0; i < rounds; ++i) {
    weft::once o;
    doing d;
    weft::task_group group;
    for (int k = 0; k < 2; ++k) {
      auto victim = group.go(call(o, &d, random(4), e));
      group.go(cancel_later(std::move(victim), random(8)));
    }
    group.go(call(o, &d, random(4), e));
    co_await group.join();
    done_twice += d.finished > 1 ? 1 : 0;
    lost += o.is_done() && d.finished == 1 ? 0 : 1;
  }
}

TEST_CASE("cancels of those that do it once, and that wait for it, lose no turn") {
  const auto seed = random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    ends e;
    counter done_twice = 0;
    counter lost = 0;
    run_under(m, race_on_once(600, seed, e, done_twice, lost));
    CHECK(e.wrong == 0);
    CHECK(e.all() == 3 * 600);
    CHECK(done_twice == 0);
    CHECK(lost == 0);  // the third is never cancelled
  }
}

// ------------------------------------------------------------------ interval

task<> tick_once(weft::interval& ticks, ends& e, std::atomic<std::int64_t>& due) {
  const auto tick = co_await ticks.tick();
  e.note(tick);
  if (tick) due = tick->time_since_epoch().count();
}

task<> cancel_at(weft::join_handle<> victim, weft::duration wait) {
  (void)co_await weft::sleep(wait);
  victim.cancel();
  co_await victim.join();
}

// The canceller's timer and the tick are due together. A tick that a cancel took is the next one.
task<> race_on_ticks(int rounds, std::uint64_t seed, ends& e, counter& out_of_step) {
  dice random(seed);
  const weft::duration period = std::chrono::microseconds(40);
  weft::interval ticks(period, weft::missed_ticks::burst);
  std::int64_t expected = 0;
  for (int i = 0; i < rounds; ++i) {
    std::atomic<std::int64_t> due = 0;
    weft::task_group group;
    auto victim = group.go(tick_once(ticks, e, due));
    group.go(cancel_at(std::move(victim), std::chrono::microseconds(random(60))));
    co_await group.join();
    if (due == 0) continue;
    out_of_step += expected != 0 && due != expected ? 1 : 0;
    expected = due + period.count();
  }
}

TEST_CASE("a cancel that meets a tick loses none and doubles none") {
  const auto seed = random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    ends e;
    counter out_of_step = 0;
    run_under(m, race_on_ticks(300, seed, e, out_of_step));
    CHECK(e.wrong == 0);
    CHECK(e.all() == 300);
    CHECK(e.well > 0);
    CHECK(out_of_step == 0);
  }
}

// ------------------------------------------------------------------ blocking, shared_mutex

task<> call_blocking(counter& called, counter& came_back) {
  const int answer = co_await weft::blocking([&called] {
    std::this_thread::yield();
    return ++called;
  });
  if (answer > 0) ++came_back;
}

task<> race_on_calls(int rounds, std::uint64_t seed, counter& called, counter& came_back) {
  dice random(seed);
  for (int i = 0; i < rounds; ++i) {
    weft::task_group group;
    auto victim = group.go(call_blocking(called, came_back));
    group.go(cancel_later(std::move(victim), random(8)));
    co_await group.join();
  }
}

TEST_CASE("a cancel that meets the end of a blocking call changes nothing of it") {
  const auto seed = random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter called = 0;
    counter came_back = 0;
    run_under(m, race_on_calls(300, seed, called, came_back));
    CHECK(called == 300);
    CHECK(came_back == 300);
  }
}

task<> write(weft::shared_mutex& m, counter& inside, counter& passes, counter& wrong) {
  const auto held = co_await m.lock();
  if (++inside != 1) ++wrong;
  co_await weft::yield();
  --inside;
  ++passes;
}

task<> race_on_locks(int rounds, std::uint64_t seed, counter& passes, counter& wrong) {
  dice random(seed);
  for (int i = 0; i < rounds; ++i) {
    weft::shared_mutex m;
    counter inside = 0;
    weft::task_group group;
    for (int k = 0; k < 3; ++k) {
      auto victim = group.go(write(m, inside, passes, wrong));
      group.go(cancel_later(std::move(victim), random(6)));
    }
    co_await group.join();
  }
}

TEST_CASE("a cancel that meets the hand-over of a shared mutex takes it from nobody") {
  const auto seed = random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter passes = 0;
    counter wrong = 0;
    run_under(m, race_on_locks(400, seed, passes, wrong));
    CHECK(passes == 3 * 400);
    CHECK(wrong == 0);
  }
}

}  // namespace
