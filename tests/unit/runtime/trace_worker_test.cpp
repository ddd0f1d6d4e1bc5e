#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/trace.hpp>

#include "trace_reading.hpp"
#include "trace_workload.hpp"

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
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
  nanoseconds between{};  // looks for work, waits for the GIL
  bool is_exclusive = true;
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
      case trace_kind::task_run_end:
      case trace_kind::worker_unpark:
      case trace_kind::worker_poll_end: turn_to(&t.between, e.time); break;
      default: break;
    }
  }
  return t;
}

TEST_CASE("what a worker does never overlaps, and sums to the time that it was there") {
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
      CHECK(t.running + t.parked + t.polling + t.between == t.end - t.begin);
    }
    CHECK(workers >= 1);
  }
}

using wall_clock = std::chrono::steady_clock;

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
  CHECK(t.running + t.parked + t.polling + t.between >= between);
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
