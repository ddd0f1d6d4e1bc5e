#include "lateness.hpp"
#include "resident.hpp"
#include "weft_case.hpp"

#include <weft/runtime/channel.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <atomic>
#include <vector>

namespace micro {
namespace {

using weft::task;

// Tasks that arrive over time: the starter lets them run before it starts the next ones.
constexpr std::uint64_t started_at_once = 1'024;

task<> park(weft::channel<int>& gate, std::atomic<std::uint64_t>& parked) {
  parked.fetch_add(1, std::memory_order_relaxed);
  co_await gate.recv();
}

task<std::uint64_t> park_all(trial& t) {
  weft::channel<int> gate;
  std::atomic<std::uint64_t> parked{0};
  weft::task_group group;
  const std::uint64_t before = resident_bytes();
  for (std::uint64_t i = 0; i < t.tasks; ++i) {
    group.go(park(gate, parked));
    if (i % started_at_once == 0) co_await weft::yield();
  }
  while (parked.load(std::memory_order_relaxed) < t.tasks) co_await weft::yield();
  t.counters["bytes_per_task"] = resident_bytes_per_task(before, t.tasks);
  gate.close();
  co_await group.join();
  co_return parked.load();
}

task<> sleep_once(weft::time_point due, std::uint32_t& late) {
  co_await weft::sleep_until(due);
  late = microseconds_late(due);
}

task<std::uint64_t> sleep_all(trial& t) {
  std::vector<std::uint32_t> late(t.tasks, 0);
  const std::uint64_t before = resident_bytes();
  const wake_plan plan(wake_plan::clock::now(), t.tasks);
  weft::task_group group;
  for (std::uint64_t i = 0; i < t.tasks; ++i) {
    group.go(sleep_once(plan.due(i), late[i]));
    if (i % started_at_once == 0) co_await weft::yield();
  }
  t.counters["spare_start_ms"] = plan.milliseconds_left();
  co_await weft::sleep_until(plan.all_asleep());
  t.counters["bytes_per_task"] = resident_bytes_per_task(before, t.tasks);
  co_await group.join();
  t.counters["late_p50_us"] = quantile(late, 0.5);
  t.counters["late_p99_us"] = quantile(late, 0.99);
  co_return late.size();
}

std::uint64_t all_tasks(const trial& t) { return t.tasks; }

}  // namespace

void register_waiting_cases(const settings& s) {
  const weft::parallel workers{s.workers};
  add_weft_case({"parked", all_tasks, repeat::once}, workers, park_all, s);
  add_weft_case({"sleepers", all_tasks, repeat::once}, workers, sleep_all, s);
}

}  // namespace micro
