#include "weft_case.hpp"

#include <weft/runtime/channel.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/trace.hpp>
#include <weft/runtime/yield.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

// What recording costs: --tasks=N operations of each kind on one worker, with and without a trace;
// the difference over the events is the cost of an event. They do a given number of operations, so
// that a tool which counts instructions can take the difference of two runs. They have no twins,
// and `./dev bench runtime` leaves them out.

namespace micro {
namespace {

using weft::task;

task<std::uint64_t> yield(std::uint64_t ops) {
  std::uint64_t turns = 0;
  for (; turns < ops; ++turns) co_await weft::yield();
  co_return turns;
}

[[gnu::noinline]] task<std::uint64_t> leaf(std::uint64_t i) { co_return i; }

task<std::uint64_t> go_join(std::uint64_t ops) {
  std::uint64_t joined = 0;
  for (std::uint64_t i = 0; i < ops; ++i) {
    auto child = weft::go(leaf(i));
    joined += co_await child.join() == i ? 1 : 0;
  }
  co_return joined;
}

task<> send_all(weft::channel<std::uint64_t>& values, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) (void)co_await values.send(i);
}

task<std::uint64_t> hand_over(std::uint64_t ops) {
  weft::channel<std::uint64_t> values(0);
  auto sender = weft::go(send_all(values, ops));
  std::uint64_t received = 0;
  for (std::uint64_t i = 0; i < ops; ++i) {
    const auto value = co_await values.recv();
    received += value && *value == i ? 1 : 0;
  }
  co_await sender.join();
  co_return received;
}

using body_function = task<std::uint64_t> (*)(std::uint64_t ops);

// Rings that stay in a core's cache: what is measured is the writing.
constexpr weft::trace_options small_rings{.records_a_thread = 1 << 12};
constexpr std::uint64_t rounds = 5;

double events_in(const weft::trace_log& log) {
  std::uint64_t events = log.dropped;
  for (const weft::trace_track& track : log.tracks) events += track.events.size();
  return static_cast<double>(events);
}

// The best of several rounds: what else the machine does only ever makes one longer.
std::uint64_t run_rounds(body_function body, trial& t) {
  using clock = std::chrono::steady_clock;
  weft::scheduler runtime(weft::event_loop{});
  std::uint64_t value = 0;
  double best = 1e18;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::uint64_t ops = share(t.tasks, round, rounds);
    const auto begin = clock::now();
    value += runtime.run(body(ops));
    const std::chrono::duration<double, std::nano> took = clock::now() - begin;
    best = std::min(best, took.count() / static_cast<double>(std::max<std::uint64_t>(ops, 1)));
  }
  t.counters["ns"] = best;
  return value;
}

void add_pair(const char* untraced, const char* traced, body_function body, const settings& s) {
  const auto every_task = [](const trial& t) { return t.tasks; };
  const auto run = [body](benchmark::State& state, trial& t, bool records) {
    std::uint64_t value = 0;
    while (state.KeepRunningBatch(1)) {
      std::optional<weft::trace_session> session;
      if (records) session.emplace(small_rings);
      value = run_rounds(body, t);
      if (!records) continue;
      t.counters["events"] = events_in(session->stop()) / static_cast<double>(t.tasks);
    }
    return value;
  };
  add_case(
      {untraced, every_task, repeat::once},
      [run](benchmark::State& state, trial& t) { return run(state, t, false); }, s);
  add_case(
      {traced, every_task, repeat::once},
      [run](benchmark::State& state, trial& t) { return run(state, t, true); }, s);
}

}  // namespace

void register_trace_cases(const settings& s) {
  add_pair("untraced_yield", "traced_yield", yield, s);
  add_pair("untraced_go_join", "traced_go_join", go_join, s);
  add_pair("untraced_hand_over", "traced_hand_over", hand_over, s);
}

}  // namespace micro
