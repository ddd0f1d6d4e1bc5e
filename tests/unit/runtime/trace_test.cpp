#include <weft/runtime/trace.hpp>

#include <weft/runtime/blocking.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include "runtime/trace_ring.hpp"
#include "trace_reading.hpp"

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::task;
using weft::test::count_of;
using weft::test::every_model;
using weft::test::run_under;
using weft::trace_event;
using weft::trace_kind;
using weft::trace_log;
using weft::trace_session;
using weft::trace_track;

// [first_trace]
task<> step() { co_await weft::yield(); }

task<> two_steps() {
  auto beside = weft::go(step());
  co_await step();
  co_await beside.join();
}

trace_log record_two_steps(const weft::model& m) {
  trace_session session;
  weft::scheduler(m).run(two_steps());
  return session.stop();
}
// [/first_trace]

TEST_CASE("a session records every task from spawn to end, under each model") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const trace_log log = record_two_steps(m.value);
    // The two tasks, and the scheduler's own that waits for the first.
    CHECK(count_of(log, trace_kind::task_spawn) == 3);
    CHECK(count_of(log, trace_kind::task_end) == 3);
    CHECK(count_of(log, trace_kind::task_run_begin) == count_of(log, trace_kind::task_run_end));
    CHECK(log.dropped == 0);
    CHECK(log.length > 0ns);
  }
}

TEST_CASE("nothing is recorded before a session starts and after it stopped") {
  weft::scheduler(weft::event_loop{}).run(two_steps());
  trace_session session;
  CHECK(weft::is_tracing());
  CHECK(session.read().tracks.empty());
  (void)session.stop();
  CHECK_FALSE(weft::is_tracing());
  weft::scheduler(weft::event_loop{}).run(two_steps());
  CHECK(session.stop().tracks.empty());
}

TEST_CASE("a second session is refused while one records, and may start after it") {
  {
    const trace_session first;
    CHECK_THROWS_AS(trace_session(), std::logic_error);
  }
  trace_session second;
  CHECK(second.stop().tracks.empty());
}

TEST_CASE("a session may start and stop while tasks run") {
  weft::scheduler s(weft::parallel{.workers = 2});
  s.run([](int rounds) -> task<> {
    for (int i = 0; i < rounds; ++i) {
      trace_session session;
      co_await two_steps();
      const trace_log log = session.stop();
      if (count_of(log, trace_kind::task_spawn) != 1) throw std::runtime_error("not recorded");
    }
  }(20));
}

task<> mark_twice() {
  weft::trace_mark("first");
  co_await weft::yield();
  weft::trace_mark("second");
}
TEST_CASE("marks carry their text and the task that made them") {
  trace_session session;
  weft::scheduler(weft::deterministic{}).run(mark_twice());
  const trace_log log = session.stop();
  std::string texts;
  std::vector<std::uint32_t> tasks;
  for (const trace_event& e : log.tracks.at(0).events) {
    if (e.kind != trace_kind::mark) continue;
    texts += std::string(trace_log::text(e.argument)) + ' ';
    tasks.push_back(e.id);
  }
  CHECK(texts == "first second ");
  REQUIRE(tasks.size() == 2);
  CHECK(tasks[0] != 0);
  CHECK(tasks[0] == tasks[1]);
}

TEST_CASE("the end of a slice says what the task waits for") {
  trace_session session;
  weft::scheduler(weft::event_loop{}).run(two_steps());
  const trace_log log = session.stop();
  std::string waits;
  for (const trace_event& e : log.tracks.at(0).events) {
    if (e.kind == trace_kind::task_run_end) waits += std::string(trace_log::text(e.argument)) + ' ';
  }
  // The first and the last two are of the task that ends the run.
  CHECK(waits == "join_handle::join yield yield join_handle::join end end task_group::join end ");
}

task<> yield_often(int times) {
  for (int i = 0; i < times; ++i) co_await weft::yield();
}

TEST_CASE("a full ring keeps the newest records and counts the others") {
  trace_session session({.records_a_thread = 64});
  weft::scheduler(weft::event_loop{}).run(yield_often(1000));
  const trace_log log = session.stop();
  REQUIRE(log.tracks.size() == 1);
  const trace_track& track = log.tracks[0];
  CHECK(track.events.size() >= 63);
  CHECK(track.events.size() <= 64);
  CHECK(track.dropped > 2900);
  CHECK(log.dropped == track.dropped);
  CHECK(track.events.back().kind == trace_kind::worker_end);
}

TEST_CASE("a call that blocks is recorded on the thread that runs it") {
  trace_session session;
  weft::scheduler(weft::event_loop{}).run([]() -> task<> {
    co_await weft::blocking([] { std::this_thread::sleep_for(1ms); });
  }());
  const trace_log log = session.stop();
  for (const trace_track& track : log.tracks) {
    const bool is_worker = track.name == "worker 0";
    const bool blocks = std::any_of(track.events.begin(), track.events.end(),
                                    [](auto& e) { return e.kind == trace_kind::blocking_begin; });
    CHECK(blocks != is_worker);
  }
  CHECK(log.tracks.size() == 2);
}

// The writer and the reader of one ring, with nothing between them.
TEST_CASE("a ring read while its owner writes gives whole records in order") {
  weft::detail::trace_ring ring(16);
  ring.open(1, 0, "writer");
  constexpr std::uint32_t last = 200'000;
  std::thread writer([&] {
    for (std::uint32_t i = 1; i <= last; ++i) ring.push(i, trace_kind::mark, i, ~i);
  });
  bool torn = false;
  std::uint32_t newest = 0;
  while (newest < last) {
    const auto read = ring.read();
    std::uint64_t expected = read.dropped + 1;
    for (const auto& r : read.records) {
      torn = torn || r.id != expected || r.ticks != expected || r.argument != ~r.id;
      newest = r.id;
      ++expected;
    }
    std::this_thread::yield();
  }
  writer.join();
  CHECK_FALSE(torn);
}

TEST_CASE("a trace can be read while tasks run") {
  for (const auto& m : weft::test::serving_models()) {
    CAPTURE(m.name);
    trace_session session({.records_a_thread = 256});
    std::atomic<bool> done = false;
    std::thread worker([&] {
      run_under(m, yield_often(20'000));
      done = true;
    });
    bool ordered = true;
    while (!done) {
      for (const trace_track& track : session.read().tracks) {
        ordered = ordered && std::is_sorted(track.events.begin(), track.events.end(),
                                            [](auto& a, auto& b) { return a.time < b.time; });
      }
      std::this_thread::sleep_for(1ms);
    }
    worker.join();
    CHECK(ordered);
    CHECK(session.stop().dropped > 0);
  }
}

}  // namespace
