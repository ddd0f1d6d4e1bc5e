#include <weft/runtime/channel.hpp>
#include <weft/runtime/guarded.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/trace.hpp>

#include "trace_reading.hpp"
#include "trace_workload.hpp"

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

// What must hold in every trace, checked on traces of a workload that meets every kind of wait.

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using weft::task;
using weft::test::every_model;
using weft::test::in_order;
using weft::test::receive_all;
using weft::test::record;
using weft::test::send_all;
using weft::trace_event;
using weft::trace_kind;
using weft::trace_log;
using weft::trace_queue;
using weft::trace_track;

// ------------------------------------------------------------------ a reading of it

enum class state { spawned, ready, running, waiting, ended };

struct life {
  state now = state::spawned;
  nanoseconds spawned{};
  nanoseconds since{};
  std::map<state, nanoseconds> spent;
  std::string broken;  // the first step that no task may take
};

bool may_step(state from, const trace_event& e) {
  switch (e.kind) {
    case trace_kind::task_ready: return from == state::spawned || from == state::waiting;
    case trace_kind::task_run_begin:
      return from == (e.queue() == trace_queue::goes_on ? state::waiting : state::ready);
    case trace_kind::task_run_end: return from == state::running;
    case trace_kind::task_end: return from == state::waiting;
    default: return false;
  }
}

state state_after(const trace_event& e) {
  if (e.kind == trace_kind::task_ready) return state::ready;
  if (e.kind == trace_kind::task_run_begin) return state::running;
  return e.kind == trace_kind::task_end ? state::ended : state::waiting;
}

void step(life& of, const trace_event& e) {
  if (!may_step(of.now, e) && of.broken.empty()) {
    of.broken = "kind " + std::to_string(int(e.kind)) + " in state " + std::to_string(int(of.now)) +
                " at " + std::to_string(e.time.count());
  }
  of.spent[of.now] += e.time - of.since;
  of.since = e.time;
  of.now = state_after(e);
}

bool is_step(trace_kind kind) {
  return kind == trace_kind::task_ready || kind == trace_kind::task_run_begin ||
         kind == trace_kind::task_run_end || kind == trace_kind::task_end;
}

std::map<std::uint32_t, life> lives(const trace_log& log) {
  std::map<std::uint32_t, life> all;
  for (const trace_event& e : in_order(log)) {
    if (e.kind == trace_kind::task_spawn) {
      life born;
      born.spawned = born.since = e.time;
      all.emplace(e.id, born);
    } else if (is_step(e.kind)) {
      step(all[e.id], e);
    }
  }
  return all;
}

nanoseconds total(const life& of) {
  nanoseconds sum{};
  for (const auto& [in, time] : of.spent) sum += time;
  return sum;
}

TEST_CASE("a task's states alternate, ready before running, and sum to its life") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const trace_log log = record(m);
    REQUIRE(log.dropped == 0);
    const auto all = lives(log);
    CHECK(all.size() == 19 + 12);  // 17 children, the main task, the scheduler's own; forks
    for (const auto& [number, of] : all) {
      CAPTURE(number);
      CHECK(of.broken == "");
      CHECK(of.now == state::ended);
      CHECK(total(of) == of.since - of.spawned);
      CHECK(of.spent.at(state::running) > 0ns);
    }
  }
}

// Each run against the wake-up that led to it, without a merged order that could hide a tie.
int runs_before_ready(const trace_log& log) {
  std::map<std::uint32_t, std::vector<nanoseconds>> ready;
  std::map<std::uint32_t, std::vector<nanoseconds>> run;
  for (const trace_track& track : log.tracks) {
    for (const trace_event& e : track.events) {
      if (e.kind == trace_kind::task_ready) ready[e.id].push_back(e.time);
      const bool is_new = e.kind == trace_kind::task_run_begin && e.queue() != trace_queue::goes_on;
      if (is_new) run[e.id].push_back(e.time);
    }
  }
  int early = 0;
  for (auto& [task, times] : run) {
    auto& wakes = ready[task];
    if (wakes.size() != times.size()) return -1;
    std::sort(wakes.begin(), wakes.end());
    std::sort(times.begin(), times.end());
    for (std::size_t i = 0; i < times.size(); ++i) early += times[i] < wakes[i] ? 1 : 0;
  }
  return early;
}

task<> hand_over_often(int count) {
  weft::channel<int> there(0);
  weft::channel<int> back(0);
  weft::guarded<int> sum(0);
  weft::task_group group;
  group.go(send_all(there, count));
  group.go(receive_all(there, sum, count));
  group.go(send_all(back, count));
  group.go(receive_all(back, sum, count));
  co_await group.join();
}

TEST_CASE("no task runs before it was made ready, on whichever threads") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    weft::trace_session session({.records_a_thread = 1 << 18});
    weft::test::run_under(m, hand_over_often(2000));
    const trace_log log = session.stop();
    REQUIRE(log.dropped == 0);
    CHECK(runs_before_ready(log) == 0);
    int broken = 0;
    for (const auto& [number, of] : lives(log)) broken += of.broken.empty() ? 0 : 1;
    CHECK(broken == 0);
  }
}

task<> receive_sum(weft::channel<int>& values, int count, long& sum) {
  for (int i = 0; i < count; ++i) {
    const auto value = co_await values.recv();
    sum += value ? *value : 0;
  }
}

// The wake-up comes at once after the slice has ended, while the worker still looks for work and
// has recorded nothing since.
TEST_CASE("a task that another thread wakes at once does not run before that") {
  constexpr int count = 3000;
  for (const auto& m : weft::test::serving_models()) {
    CAPTURE(m.name);
    weft::channel<int> values(0);
    long sum = 0;
    weft::trace_session session({.records_a_thread = 1 << 18});
    std::thread other([&] {
      for (int i = 0; i < count; ++i) {
        for (int tries = 1; !values.try_send(i); ++tries) {
          if (tries % 1000 == 0) std::this_thread::yield();
        }
      }
    });
    weft::test::run_under(m, receive_sum(values, count, sum));
    other.join();
    CHECK(sum == count * (count - 1L) / 2);
    CHECK(runs_before_ready(session.stop()) == 0);
  }
}

TEST_CASE("each kind of wait ends a slice under its own name") {
  for (const auto& m : weft::test::seeds(3)) {
    CAPTURE(m.name);
    std::set<std::string> reasons;
    for (const trace_event& e : in_order(record(m))) {
      if (e.kind == trace_kind::task_run_end) reasons.insert(trace_log::text(e.argument));
    }
    for (const char* wait :
         {"yield", "sleep", "blocking", "fork", "select", "channel::send", "channel::recv",
          "shared_mutex::lock", "join_handle::join", "task_group::join", "end"}) {
      CAPTURE(wait);
      CHECK(reasons.contains(wait));
    }
    CHECK_FALSE(reasons.contains("?"));
  }
}

// ------------------------------------------------------------------ locks

// Of the locks that `acquired` names: the most holders that one of them had at a time.
int most_holders(const trace_log& log, trace_kind acquired, trace_kind released) {
  std::map<std::uint32_t, int> holders;
  int most = 0;
  for (const trace_event& e : in_order(log)) {
    if (e.kind == acquired) most = std::max(most, ++holders[e.id]);
    if (e.kind == released) --holders[e.id];
  }
  return most;
}

TEST_CASE("at most one thread holds the GIL, and it is wanted before it is held") {
  for (const unsigned threads : {2U, 4U}) {
    CAPTURE(threads);
    weft::gil model{.threads = threads, .switch_interval = 1ms};
    const trace_log log = record({"gil", model});
    CHECK(most_holders(log, trace_kind::gil_acquired, trace_kind::gil_released) == 1);
    for (const trace_track& track : log.tracks) {
      bool wants = false;
      bool ordered = true;
      for (const trace_event& e : track.events) {
        if (e.kind == trace_kind::gil_acquired) ordered = ordered && wants;
        if (e.kind == trace_kind::gil_want || e.kind == trace_kind::gil_acquired) {
          wants = e.kind == trace_kind::gil_want;
        }
      }
      CHECK(ordered);
    }
  }
}

TEST_CASE("under the GIL tasks run only on the thread that holds it") {
  const trace_log log = record({"gil", weft::gil{.threads = 3}});
  for (const trace_track& track : log.tracks) {
    bool holds = false;
    bool only_with_lock = true;
    for (const trace_event& e : track.events) {
      if (e.kind == trace_kind::gil_acquired) holds = true;
      if (e.kind == trace_kind::gil_released) holds = false;
      if (e.kind == trace_kind::task_run_begin) only_with_lock = only_with_lock && holds;
    }
    CHECK(only_with_lock);
  }
}

TEST_CASE("at most one task holds a mutex") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(most_holders(record(m), trace_kind::lock_acquired, trace_kind::lock_released) == 1);
  }
}

}  // namespace
