#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/trace.hpp>

#include "trace_reading.hpp"
#include "trace_workload.hpp"

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

// Where a worker's time goes.

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using weft::task;
using weft::test::every_model;
using weft::test::in_order;
using weft::trace_event;
using weft::trace_kind;
using weft::trace_log;
using weft::trace_track;

struct worker_time {
  nanoseconds begin{};
  nanoseconds end{};
  nanoseconds running{};
  nanoseconds parked{};
  nanoseconds polling{};
  nanoseconds locked_out{};  // wants the GIL, outside of a slice
  nanoseconds retired{};     // a spare that is not needed
  nanoseconds between{};     // looks for work
  bool is_exclusive = true;

  nanoseconds accounted() const { return running + parked + polling + locked_out + retired; }
};

// Walks one track; `doing` is what the worker does since `since`.
worker_time time_of(const trace_track& track) {
  worker_time t;
  nanoseconds* doing = nullptr;
  nanoseconds since{};
  const auto turn_to = [&](nanoseconds* next, nanoseconds at) {
    if (doing != nullptr) *doing += at - since;
    doing = next;
    since = at;
  };
  // Under the GIL also a task waits, at a checkpoint: that is part of its slice.
  const auto turn_between = [&](nanoseconds* from, nanoseconds* next, nanoseconds at) {
    if (doing == from) turn_to(next, at);
  };
  const auto begin = [&](nanoseconds* next, nanoseconds at) {
    t.is_exclusive = t.is_exclusive && doing == &t.between;
    turn_to(next, at);
  };
  for (const trace_event& e : track.events) {
    switch (e.kind) {
      case trace_kind::worker_begin:
        t.begin = e.time;
        turn_to(&t.between, e.time);
        break;
      case trace_kind::worker_end:
        t.end = e.time;
        turn_to(nullptr, e.time);
        break;
      case trace_kind::task_run_begin: begin(&t.running, e.time); break;
      case trace_kind::worker_park: begin(&t.parked, e.time); break;
      case trace_kind::worker_poll: begin(&t.polling, e.time); break;
      case trace_kind::spare_retired: begin(&t.retired, e.time); break;
      case trace_kind::gil_want: turn_between(&t.between, &t.locked_out, e.time); break;
      case trace_kind::gil_acquired: turn_between(&t.locked_out, &t.between, e.time); break;
      case trace_kind::task_run_end:
      case trace_kind::spare_released:
      case trace_kind::worker_unpark:
      case trace_kind::worker_poll_end: turn_to(&t.between, e.time); break;
      default: break;
    }
  }
  return t;
}

TEST_CASE("what a worker does never overlaps") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    int workers = 0;
    for (const trace_track& track : weft::test::record(m).tracks) {
      if (!track.name.starts_with("worker")) continue;
      CAPTURE(track.name);
      ++workers;
      const worker_time t = time_of(track);
      CHECK(t.is_exclusive);
      CHECK(t.end > t.begin);
    }
    CHECK(workers >= 1);
  }
}

using wall_clock = std::chrono::steady_clock;

// ------------------------------------------------------------------ against the clock on the wall

// A task's own account of the time that it has computed; none of it is outside of a slice.
task<> compute_and_sleep(std::atomic<std::int64_t>& computed) {
  for (int i = 0; i < 4; ++i) {
    const auto begin = wall_clock::now();
    while (wall_clock::now() - begin < 3ms) {}
    computed += nanoseconds(wall_clock::now() - begin).count();
    (void)co_await weft::sleep(3ms);
  }
}

task<> compute_beside(std::atomic<std::int64_t>& computed) {
  weft::task_group group;
  for (int i = 0; i < 3; ++i) group.go(compute_and_sleep(computed));
  co_await group.join();
}

struct accounts {
  nanoseconds computed{};  // by the tasks
  nanoseconds wall{};      // around the scheduler's life
  nanoseconds there{};     // all workers together, from their begin to their end
  nanoseconds longest{};   // of them
  nanoseconds running{};
  nanoseconds accounted{};  // running, parked, polling, ...: all but the search for work
};

accounts accounts_of(const weft::test::named_model& m) {
  std::atomic<std::int64_t> computed = 0;
  accounts all;
  weft::trace_session session;
  const auto begin = wall_clock::now();
  weft::test::run_under(m, compute_beside(computed));
  all.wall = wall_clock::now() - begin;
  for (const trace_track& track : session.stop().tracks) {
    if (!track.name.starts_with("worker")) continue;
    const worker_time t = time_of(track);
    all.there += t.end - t.begin;
    all.longest = std::max(all.longest, t.end - t.begin);
    all.running += t.running;
    all.accounted += t.accounted();
  }
  all.computed = nanoseconds(computed);
  return all;
}

// Nothing is left over but the search for work, unless the machine keeps a thread from its core
// just there: so the best of a few runs counts.
TEST_CASE("what a worker does fills the time on the wall, and its slices what tasks computed") {
  for (const auto& m : weft::test::serving_models()) {
    CAPTURE(m.name);
    double best_share = 0;
    for (int tries = 0; tries < 10 && best_share < 0.95; ++tries) {
      const accounts all = accounts_of(m);
      // The clocks differ by less than a hundredth.
      CHECK(all.running >= all.computed * 99 / 100);
      CHECK(all.longest <= all.wall * 101 / 100);
      CHECK(all.running <= all.there);
      const auto share =
          static_cast<double>(all.accounted.count()) / static_cast<double>(all.there.count());
      best_share = std::max(best_share, share);
    }
    CHECK(best_share >= 0.95);
  }
}

// Between marks, so that neither the start of threads nor what the kernel does around it counts.
struct measured {
  wall_clock::duration inside{};
  wall_clock::duration outside{};
};

task<> mark_what_takes_time(measured& wall) {
  const auto before = wall_clock::now();
  weft::trace_mark("from here");
  const auto begin = wall_clock::now();
  (void)co_await weft::sleep(20ms);
  co_await weft::test::compute();
  const auto end = wall_clock::now();
  weft::trace_mark("to here");
  wall.inside = end - begin;
  wall.outside = wall_clock::now() - before;
}

TEST_CASE("the times of a trace are those of the clock on the wall") {
  measured wall;
  weft::trace_session session;
  weft::test::run_under({"event_loop", weft::event_loop{}}, mark_what_takes_time(wall));
  const trace_log log = session.stop();
  std::vector<nanoseconds> marks;
  for (const trace_event& e : in_order(log)) {
    if (e.kind == trace_kind::mark) marks.push_back(e.time);
  }
  REQUIRE(marks.size() == 2);
  const auto between = marks[1] - marks[0];
  CHECK(between >= wall.inside * 99 / 100);
  CHECK(between <= wall.outside * 101 / 100);
  const worker_time t = time_of(log.tracks.at(0));
  CHECK(t.accounted() + t.between >= between);
}

TEST_CASE("a worker whose tasks all sleep is parked, and the trace says for how long") {
  weft::trace_session session;
  weft::test::run_under({"event_loop", weft::event_loop{}},
                        []() -> task<> { (void)co_await weft::sleep(30ms); }());
  const trace_log log = session.stop();
  const worker_time t = time_of(log.tracks.at(0));
  CHECK(t.parked >= 25ms);
  CHECK(t.running < t.parked);
}

}  // namespace
