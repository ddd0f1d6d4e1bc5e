#include <weft/runtime/blocking.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/guarded.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/trace.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

// What must hold in every trace, checked on traces of a workload that meets every kind of wait.

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using weft::task;
using weft::test::every_model;
using weft::test::named_model;
using weft::trace_event;
using weft::trace_kind;
using weft::trace_log;
using weft::trace_queue;
using weft::trace_track;

// ------------------------------------------------------------------ a workload

task<> send_all(weft::channel<int>& values, int count) {
  for (int i = 0; i < count; ++i) (void)co_await values.send(i);
}

task<> receive_all(weft::channel<int>& values, weft::guarded<int>& sum, int count) {
  for (int i = 0; i < count; ++i) {
    const auto value = co_await values.recv();
    const int got = value ? *value : 0;
    co_await sum.with([&](int& total) { total += got; });
  }
}

task<> compute() {
  volatile unsigned work = 0;
  for (int i = 0; i < 20'000; ++i) {
    work = work + 1;
    if (i % 500 == 0) weft::checkpoint();
  }
  co_await weft::yield();
}

task<> sleep_for_ever() { (void)co_await weft::sleep(1h); }

task<int> divide(int n) {
  if (n < 2) co_return n;
  auto left = co_await weft::fork(divide(n - 1));
  const int right = co_await divide(n - 2);
  co_return co_await left.join() + right;
}

task<> meet_every_wait() {
  weft::channel<int> none(0);
  weft::channel<int> some(2);
  weft::guarded<int> sum(0);
  weft::task_group group;
  for (int i = 0; i < 4; ++i) {
    weft::channel<int>& values = i % 2 == 0 ? none : some;
    group.go(send_all(values, 25));
    group.go(receive_all(values, sum, 25));
    group.go(compute());
  }
  auto sleeper = group.go(sleep_for_ever());
  (void)co_await weft::sleep(1ms);
  co_await weft::blocking([] {});
  (void)co_await divide(6);
  sleeper.cancel();
  co_await sleeper.join();
  co_await group.join();
}

trace_log record(const named_model& m) {
  weft::trace_session session;
  weft::test::run_under(m, meet_every_wait());
  return session.stop();
}

// ------------------------------------------------------------------ a reading of it

std::vector<trace_event> merged(const trace_log& log) {
  std::vector<trace_event> all;
  for (const trace_track& track : log.tracks) {
    all.insert(all.end(), track.events.begin(), track.events.end());
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const trace_event& a, const trace_event& b) { return a.time < b.time; });
  return all;
}

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
  for (const trace_event& e : merged(log)) {
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
    CHECK(all.size() == 15 + 12);  // 13 children, the main task, the scheduler's own; forks
    for (const auto& [number, of] : all) {
      CAPTURE(number);
      CHECK(of.broken == "");
      CHECK(of.now == state::ended);
      CHECK(total(of) == of.since - of.spawned);
      CHECK(of.spent.at(state::running) > 0ns);
    }
  }
}

// ------------------------------------------------------------------ locks

// Of the locks that `acquired` names: the most holders that one of them had at a time.
int most_holders(const trace_log& log, trace_kind acquired, trace_kind released) {
  std::map<std::uint32_t, int> holders;
  int most = 0;
  for (const trace_event& e : merged(log)) {
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

// ------------------------------------------------------------------ workers

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
    for (const trace_track& track : record(m).tracks) {
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
