#include "runtime/gil_lock.hpp"

#include <weft/runtime/blocking.hpp>
#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/metrics.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/trace.hpp>
#include <weft/runtime/yield.hpp>

#include "trace_reading.hpp"

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <thread>
#include <utility>
#include <vector>

// What a trace says has happened so and so often, against what the metrics counted; and the order
// of records that come in pairs. Traces and counters are written by the same steps in different
// ways, so a record that is lost, doubled or written elsewhere shows.

namespace {

using namespace std::chrono_literals;
using weft::scheduler;
using weft::scheduler_metrics;
using weft::task;
using weft::test::all_of;
using weft::test::count_of;
using weft::test::in_order;
using weft::trace_event;
using weft::trace_kind;
using weft::trace_log;
using weft::trace_track;

struct traced_run {
  trace_log log;
  scheduler_metrics counted;
};

// The session is there before the scheduler's threads, and after them.
traced_run trace(const weft::model& m, task<> main) {
  weft::trace_session session({.records_a_thread = 1 << 18});
  scheduler s(m);
  s.run(std::move(main));
  traced_run run{session.stop(), s.metrics()};
  REQUIRE(run.log.dropped == 0);
  return run;
}

task<> compute_for(weft::duration time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) weft::checkpoint();
  co_return;
}

task<> compute_beside(int children, weft::duration time) {
  weft::task_group group;
  for (int i = 0; i < children; ++i) group.go(compute_for(time));
  co_await group.join();
}

task<> wait_in_many_ways() {
  weft::task_group group;
  for (int i = 0; i < 8; ++i) group.go(compute_for(1ms));
  for (int i = 0; i < 4; ++i) {
    (void)co_await weft::sleep(1ms);
    co_await weft::yield();
    co_await weft::blocking([] {});
  }
  co_await group.join();
}

TEST_CASE("slices, parks and polls of a trace are those that the metrics counted") {
  for (const auto& m : weft::test::serving_models()) {
    CAPTURE(m.name);
    const traced_run run = trace(m.value, wait_in_many_ways());
    const auto counted = run.counted.total();
    std::size_t slices = 0;
    for (const trace_event& e : in_order(run.log)) {
      // Where a task goes on, it never lost its worker.
      const bool begins = e.kind == trace_kind::task_run_begin;
      slices += begins && e.queue() != weft::trace_queue::goes_on ? 1U : 0U;
    }
    // A task that went on at a checkpoint after others had the lock has been given control again.
    CHECK(counted.slices >= slices);
    CHECK(counted.slices <= slices + run.counted.gil.drop_requests);
    CHECK(count_of(run.log, trace_kind::worker_park) == counted.parks);
    CHECK(count_of(run.log, trace_kind::worker_unpark) == counted.parks);
    CHECK(count_of(run.log, trace_kind::worker_poll) == counted.polls);
    CHECK(count_of(run.log, trace_kind::blocking_begin) == run.counted.blocking.calls);
  }
}

TEST_CASE("each steal of a trace, and each search in vain, is one that its worker counted") {
  const traced_run run = trace(weft::parallel{.workers = 2}, compute_beside(64, 1ms));
  const auto counted = run.counted.total();
  CHECK(counted.steals > 0);
  CHECK(counted.steal_misses > 0);
  CHECK(count_of(run.log, trace_kind::worker_steal) == counted.steals);
  CHECK(count_of(run.log, trace_kind::worker_steal_miss) == counted.steal_misses);
  for (const trace_event& e : all_of(run.log, trace_kind::worker_steal)) {
    CHECK(e.argument < run.counted.workers.size());
  }
}

TEST_CASE("a stolen task is the next that its thief runs") {
  const traced_run run = trace(weft::parallel{.workers = 2}, compute_beside(64, 1ms));
  std::size_t followed = 0;
  for (const trace_track& track : run.log.tracks) {
    std::uint32_t stolen = 0;
    for (const trace_event& e : track.events) {
      if (e.kind == trace_kind::worker_steal) stolen = e.id;
      if (e.kind != trace_kind::task_run_begin || stolen == 0) continue;
      CHECK(e.id == std::exchange(stolen, 0));
      CHECK(e.queue() == weft::trace_queue::stolen);
      ++followed;
    }
  }
  CHECK(followed == run.counted.total().steals);
}

TEST_CASE("a spare worker runs tasks between its release and its retirement only") {
  const traced_run run = trace(weft::parallel{.workers = 1}, compute_beside(12, 20ms));
  REQUIRE(run.counted.spares_released >= 1);
  std::size_t released = 0;
  std::size_t retired = 0;
  std::size_t slices_of_spares = 0;
  for (const trace_track& track : run.log.tracks) {
    bool is_spare = false;
    bool is_asleep = false;
    for (const trace_event& e : track.events) {
      if (e.kind == trace_kind::worker_begin) is_spare = e.id != 0;
      if (e.kind == trace_kind::spare_retired) {
        CHECK_FALSE(is_asleep);
        is_asleep = true;
        ++retired;
      } else if (e.kind == trace_kind::spare_released) {
        CHECK(is_asleep);
        is_asleep = false;
        ++released;
      } else if (is_spare && e.kind == trace_kind::task_run_begin) {
        CHECK_FALSE(is_asleep);
        ++slices_of_spares;
      }
    }
  }
  // The end of the run releases all that still sleep; a release may come too late to be seen.
  CHECK(released == retired);
  CHECK(released <= run.counted.spares_released + run.counted.workers.size());
  CHECK(slices_of_spares >= 1);
}

// ------------------------------------------------------------------ scopes and cancels

task<> sleep_long() { (void)co_await weft::sleep(1h); }

task<> cancel_three() {
  weft::task_group group;
  for (int i = 0; i < 3; ++i) group.go(sleep_long());
  auto fourth = group.go(sleep_long());
  co_await weft::yield();
  fourth.cancel();
  co_await fourth.join();
  group.cancel();
  co_await group.join();
}

TEST_CASE("a cancel is in a trace once a task, with who did it, and once a scope") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    const traced_run run = trace(m.value, cancel_three());
    const auto cancels = all_of(run.log, trace_kind::task_cancel);
    std::map<std::uint32_t, int> of_task;
    for (const trace_event& e : cancels) ++of_task[e.id];
    CHECK(of_task.size() == cancels.size());
    const auto scopes = all_of(run.log, trace_kind::scope_cancel);
    const auto joins = all_of(run.log, trace_kind::scope_join);
    // The group, and the root at the end of the run.
    REQUIRE(scopes.size() == 2);
    REQUIRE_FALSE(joins.empty());
    CHECK(scopes[0].id == joins[0].id);
    // Beside other threads a cancelled child may have ended before the join.
    if (m.name == "event_loop") CHECK(joins[0].argument == 3);
    CHECK(joins[0].argument <= 3);
    CHECK(cancels.size() >= 4);
    std::uint32_t main = 0;
    for (const trace_event& e : cancels) main = main == 0 ? e.argument : main;
    REQUIRE(main != 0);
    int by_main = 0;
    for (const trace_event& e : cancels) by_main += e.argument == main ? 1 : 0;
    CHECK(by_main == 4);
  }
}

// ------------------------------------------------------------------ locks

task<> hold(weft::mutex& m) {
  const auto held = co_await m.lock();
  co_await weft::yield();
}

task<> contend() {
  weft::mutex m;
  weft::task_group group;
  {
    const auto held = co_await m.lock();
    for (int i = 0; i < 2; ++i) group.go(hold(m));
    (void)co_await weft::sleep(10us);
  }
  co_await group.join();
}

TEST_CASE("who finds a mutex locked wants it in a trace, and then has it") {
  for (const auto& m : weft::test::seeds(5)) {
    CAPTURE(m.name);
    const traced_run run = trace(m.value, contend());
    std::map<std::uint32_t, int> wanted;
    int wants = 0;
    int acquired = 0;
    for (const trace_event& e : in_order(run.log)) {
      if (e.kind == trace_kind::lock_want) ++wanted[e.argument], ++wants;
      if (e.kind != trace_kind::lock_acquired) continue;
      wanted.erase(e.argument);
      ++acquired;
    }
    CHECK(wants == 2);
    CHECK(acquired == 3);
    CHECK(wanted.empty());
  }
}

TEST_CASE("the threads under a gil ask as often as the metrics say, and only who waits asks") {
  const weft::gil model{.threads = 3, .switch_interval = 1ms};
  const traced_run run = trace(model, compute_beside(3, 30ms));
  CHECK(run.counted.gil.drop_requests > 0);
  CHECK(count_of(run.log, trace_kind::gil_drop_request) == run.counted.gil.drop_requests);
  std::size_t on_request = 0;
  for (const trace_event& e : all_of(run.log, trace_kind::gil_released)) on_request += e.argument;
  CHECK(on_request > 0);
  CHECK(on_request <= run.counted.gil.drop_requests);
  for (const trace_track& track : run.log.tracks) {
    bool wants = false;
    for (const trace_event& e : track.events) {
      if (e.kind == trace_kind::gil_drop_request || e.kind == trace_kind::gil_lost) CHECK(wants);
      if (e.kind == trace_kind::gil_want) wants = true;
      if (e.kind == trace_kind::gil_acquired) wants = false;
    }
  }
}

// A thread that is woken is late where another comes by at that moment: so they come until one was.
TEST_CASE("a thread that was woken for the gil and came too late says so, and still wants it") {
  weft::trace_session session({.records_a_thread = 1 << 18});
  std::atomic<bool> stop = false;
  weft::trace_log log;  // the one that shows it: later ones may have overwritten it
  {
    weft::detail::gil_lock lock(1ms);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        while (!stop) {
          lock.acquire();
          lock.release();
        }
      });
    }
    const auto end = std::chrono::steady_clock::now() + 20s;
    do {
      std::this_thread::sleep_for(1ms);
      log = session.read();
    } while (count_of(log, trace_kind::gil_lost) == 0 && std::chrono::steady_clock::now() < end);
    stop = true;
    for (auto& t : threads) t.join();
  }
  std::size_t lost = 0;
  for (const trace_track& track : log.tracks) {
    bool is_known = false;  // what came before may have been overwritten
    bool wants = false;
    for (const trace_event& e : track.events) {
      if (e.kind == trace_kind::gil_lost) {
        ++lost;
        CHECK((wants || !is_known));
      }
      is_known = is_known || e.kind == trace_kind::gil_want;
      if (e.kind == trace_kind::gil_want) wants = true;
      if (e.kind == trace_kind::gil_acquired) wants = false;
    }
  }
  CHECK(lost > 0);
}

// ------------------------------------------------------------------ blocking

task<> call(int times) {
  for (int i = 0; i < times; ++i) co_await weft::blocking([] { std::this_thread::yield(); });
}

task<> call_beside() {
  weft::task_group group;
  for (int i = 0; i < 3; ++i) group.go(call(5));
  co_await group.join();
}

TEST_CASE("each blocking call begins and ends on one thread, as often as the metrics say") {
  const traced_run run = trace(weft::parallel{.workers = 2}, call_beside());
  CHECK(run.counted.blocking.calls == 15);
  std::size_t ended = 0;
  for (const trace_track& track : run.log.tracks) {
    std::uint32_t under_way = 0;
    for (const trace_event& e : track.events) {
      if (e.kind == trace_kind::blocking_begin) {
        CHECK(std::exchange(under_way, e.id) == 0);
      } else if (e.kind == trace_kind::blocking_end) {
        CHECK(std::exchange(under_way, 0U) == e.id);
        ++ended;
      }
    }
    CHECK(under_way == 0);
  }
  CHECK(ended == 15);
}

}  // namespace
