#include <weft/runtime/channel.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/select.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/trace.hpp>
#include <weft/runtime/when_all.hpp>
#include <weft/runtime/yield.hpp>

#include "runtime/trace_clock.hpp"
#include "trace_reading.hpp"

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <source_location>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// What records say, and which time they get.

namespace {

using namespace std::chrono_literals;
using weft::task;
using weft::test::all_of;
using weft::test::every_model;
using weft::test::run_under;
using weft::trace_event;
using weft::trace_kind;
using weft::trace_log;
using weft::trace_session;

task<> step() { co_await weft::yield(); }

std::string place_of(const trace_event& spawn) {
  const std::source_location place = trace_log::place(spawn.argument);
  const std::string path = place.file_name();
  return path.substr(path.rfind('/') + 1) + ':' + std::to_string(place.line());
}

task<> start_in_every_way() {
  weft::task_group group;
  auto beside = weft::go(step());
  group.go(step());
  group.deal(step());
  auto child = co_await weft::fork(step());
  auto other = co_await group.fork(step());
  co_await beside.join();
  co_await child.join();
  co_await other.join();
  co_await group.join();
}
constexpr unsigned first_start = __LINE__ - 10;

TEST_CASE("a spawn names the line that started the task") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    trace_session session;
    run_under(m, start_in_every_way());
    const auto spawns = all_of(session.stop(), trace_kind::task_spawn);
    REQUIRE(spawns.size() == 7);  // after the main task's and the scheduler's own
    for (unsigned i = 0; i < 5; ++i) {
      const bool found = std::any_of(spawns.begin(), spawns.end(), [&](const trace_event& e) {
        return place_of(e) == "trace_record_test.cpp:" + std::to_string(first_start + i);
      });
      CHECK(found);
    }
  }
}

TEST_CASE("a spawn that nobody placed names the task's coroutine, and its spawner wakes it") {
  trace_session session;
  weft::scheduler(weft::deterministic{}).run([]() -> task<> {
    co_await weft::when_all(step(), step());
  }());
  const trace_log log = session.stop();
  std::vector<std::string> functions;
  for (const trace_event& e : all_of(log, trace_kind::task_spawn)) {
    functions.emplace_back(trace_log::place(e.argument).function_name());
  }
  CHECK(std::count_if(functions.begin(), functions.end(), [](const std::string& f) {
          return f.find("step") != std::string::npos;
        }) == 2);
  const auto spawn = all_of(log, trace_kind::task_spawn).back();
  const auto wakes = all_of(log, trace_kind::task_ready);
  const auto wake = std::find_if(wakes.begin(), wakes.end(),
                                 [&](const trace_event& e) { return e.id == spawn.id; });
  REQUIRE(wake != wakes.end());
  CHECK(wake->reason() == weft::trace_reason::spawn);
  CHECK(wake->waker() != 0);
  CHECK(wake->time == spawn.time);
}

TEST_CASE("a place and a text that nobody has are told so") {
  CHECK(trace_log::place(0).line() == 0);
  CHECK(trace_log::place(~0U).line() == 0);
  CHECK(std::string(trace_log::text(0)) == "?");
}

task<> send_some(weft::channel<int>& values, int count) {
  for (int i = 0; i < count; ++i) (void)co_await values.send(i);
}
task<> take_some(weft::channel<int>& values, int count) {
  for (int i = 0; i < count; ++i) (void)co_await values.recv();
}
task<> select_some(weft::channel<int>& values, weft::channel<int>& never, int count) {
  for (int i = 0; i < count; ++i) {
    auto chosen = co_await weft::select(weft::recv(values), weft::recv(never));
    (void)chosen;
  }
}

std::size_t count_in(const trace_log& log, trace_kind kind, const void* channel) {
  const auto all = all_of(log, kind);
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const trace_event& e) {
    return e.id == weft::detail::trace_id(channel);
  }));
}

TEST_CASE("each value is recorded when it goes into a channel's buffer or hands, and out of it") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    weft::channel<int> hands(0);
    weft::channel<int> buffer(4);
    weft::channel<int> never(0);
    trace_session session;
    run_under(m, [](auto& first, auto& second, auto& none) -> task<> {
      weft::task_group group;
      group.go(take_some(first, 10));
      group.go(send_some(first, 10));
      group.go(select_some(second, none, 10));
      group.go(send_some(second, 10));
      co_await group.join();
    }(hands, buffer, never));
    const trace_log log = session.stop();
    CHECK(count_in(log, trace_kind::channel_transfer, &hands) == 10);
    const auto through_buffer = count_in(log, trace_kind::channel_transfer, &buffer);
    CHECK(through_buffer >= 10);
    CHECK(through_buffer <= 20);
    CHECK(count_in(log, trace_kind::channel_block, &hands) >= 10);
    CHECK(count_in(log, trace_kind::channel_transfer, &never) == 0);
    // A select that waits does so in both.
    CHECK(count_in(log, trace_kind::channel_block, &never) <=
          count_in(log, trace_kind::channel_block, &buffer));
  }
}

TEST_CASE("a transfer into a receiver's hands names the receiver, who is ready with it") {
  weft::channel<int> values(0);
  trace_session session;
  weft::scheduler(weft::event_loop{}).run([](auto& channel) -> task<> {
    auto receiver = weft::go(take_some(channel, 1));
    co_await weft::yield();
    co_await send_some(channel, 1);
    co_await receiver.join();
  }(values));
  const trace_log log = session.stop();
  const auto block = all_of(log, trace_kind::channel_block).at(0);
  const auto transfer = all_of(log, trace_kind::channel_transfer).at(0);
  CHECK(block.argument == transfer.argument);
  CHECK(block.id == transfer.id);
  const auto wakes = all_of(log, trace_kind::task_ready);
  CHECK(std::any_of(wakes.begin(), wakes.end(), [&](const trace_event& e) {
    return e.id == transfer.argument && e.time == transfer.time;
  }));
}

// ------------------------------------------------------------------ time

task<> yield_often(int times) {
  for (int i = 0; i < times; ++i) co_await weft::yield();
}

TEST_CASE("the end of a slice, the wake-up and the next slice share the time of a yield") {
  trace_session session;
  weft::scheduler(weft::event_loop{}).run(yield_often(10));
  const trace_log log = session.stop();
  const auto ends = all_of(log, trace_kind::task_run_end);
  const auto begins = all_of(log, trace_kind::task_run_begin);
  CHECK(std::count_if(begins.begin(), begins.end(), [&](const trace_event& b) {
          return std::any_of(ends.begin(), ends.end(),
                             [&](const trace_event& e) { return e.time == b.time; });
        }) >= 9);
}

class slow_to_destroy {
public:
  slow_to_destroy() = default;
  slow_to_destroy(slow_to_destroy&& other) noexcept
      : is_slow_(std::exchange(other.is_slow_, false)) {}
  ~slow_to_destroy() {
    if (is_slow_) std::this_thread::sleep_for(3ms);
  }

private:
  bool is_slow_ = true;
};

task<> hold(slow_to_destroy) { co_return; }

TEST_CASE("what the end of a task takes is not counted to the task that runs next") {
  trace_session session;
  weft::scheduler(weft::event_loop{}).run([]() -> task<> {
    (void)weft::go(hold(slow_to_destroy()));
    co_await weft::yield();
    weft::trace_mark("next");
  }());
  const trace_log log = session.stop();
  const auto ended = all_of(log, trace_kind::task_end).at(0).time;
  const auto mark = all_of(log, trace_kind::mark).at(0);
  const auto begins = all_of(log, trace_kind::task_run_begin);
  const auto next = std::find_if(begins.rbegin(), begins.rend(), [&](const trace_event& e) {
    return e.id == mark.id && e.time <= mark.time;
  });
  REQUIRE(next != begins.rend());
  CHECK(next->time - ended >= 3ms);
}

// The claim of trace_clock.hpp, with nothing of the runtime around it.
TEST_CASE("a time read after an acquire is not before one read before the release") {
  std::atomic<std::uint64_t> passed{0};
  constexpr int rounds = 20'000;
  int early = 0;
  std::thread other([&] {
    for (int i = 0; i < rounds; ++i) {
      while (passed.load(std::memory_order_acquire) != 0) std::this_thread::yield();
      passed.store(weft::detail::own_ticks(), std::memory_order_release);
    }
  });
  for (int i = 0; i < rounds; ++i) {
    std::uint64_t sent = 0;
    while ((sent = passed.load(std::memory_order_acquire)) == 0) std::this_thread::yield();
    early += weft::detail::trace_ticks() < sent ? 1 : 0;
    passed.store(0, std::memory_order_release);
  }
  other.join();
  CHECK(early == 0);
}

// ------------------------------------------------------------------ requests

TEST_CASE("a request is recorded from its arrival to its answer, each with a number of its own") {
  trace_session session;
  weft::scheduler(weft::deterministic{}).run([]() -> task<> {
    weft::request_trace request;
    request.parsed();  // none has arrived
    for (const std::uint32_t status : {200U, 503U}) {
      request.arrived();
      request.arrived();
      co_await weft::yield();
      request.parsed();
      if (status == 200) request.done(status);
      else request.shed(status);
    }
  }());
  const trace_log log = session.stop();
  const auto arrived = all_of(log, trace_kind::request_arrived);
  const auto parsed = all_of(log, trace_kind::request_parsed);
  const auto done = all_of(log, trace_kind::request_done);
  const auto shed = all_of(log, trace_kind::request_shed);
  REQUIRE(arrived.size() == 2);
  REQUIRE(parsed.size() == 2);
  REQUIRE(done.size() == 1);
  REQUIRE(shed.size() == 1);
  CHECK(arrived[0].id != arrived[1].id);
  CHECK(arrived[0].argument != 0);
  CHECK(parsed[0].id == arrived[0].id);
  CHECK(done[0].id == arrived[0].id);
  CHECK(done[0].argument == 200);
  CHECK(shed[0].id == arrived[1].id);
  CHECK(shed[0].argument == 503);
}

TEST_CASE("a request that arrived before a session is not recorded in its middle") {
  weft::request_trace request;
  request.arrived();
  trace_session session;
  request.parsed();
  request.done(200);
  CHECK(session.stop().tracks.empty());
}

}  // namespace
