#include "../lateness.hpp"
#include "../resident.hpp"
#include "asio_case.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <vector>

namespace micro {
namespace {

using asio::awaitable;
using gate = asio::experimental::concurrent_channel<void(boost::system::error_code)>;
using count = std::atomic<std::uint64_t>;

constexpr std::uint64_t started_at_once = 1'024;

// There is no join for so many coroutines: they are counted.
awaitable<void> until(const count& reached, std::uint64_t tasks) {
  while (reached.load() < tasks) co_await asio::post(asio::use_awaitable);
}

awaitable<void> park(gate& at, count& parked, count& ended) {
  parked.fetch_add(1, std::memory_order_relaxed);
  co_await at.async_receive(asio::as_tuple(asio::use_awaitable));
  ended.fetch_add(1);
}

awaitable<std::uint64_t> park_all(trial& t) {
  const auto executor = co_await asio::this_coro::executor;
  gate at(executor);
  count parked{0};
  count ended{0};
  const std::uint64_t before = resident_bytes();
  for (std::uint64_t i = 0; i < t.tasks; ++i) {
    asio::co_spawn(executor, park(at, parked, ended), asio::detached);
    if (i % started_at_once == 0) co_await asio::post(asio::use_awaitable);
  }
  co_await until(parked, t.tasks);
  t.counters["bytes_per_task"] = resident_bytes_per_task(before, t.tasks);
  at.close();
  co_await until(ended, t.tasks);
  co_return ended.load();
}

awaitable<void> sleep_once(wake_plan::clock::time_point due, std::uint32_t& late, count& ended) {
  asio::steady_timer timer(co_await asio::this_coro::executor, due);
  co_await timer.async_wait(asio::use_awaitable);
  late = microseconds_late(due);
  ended.fetch_add(1);
}

awaitable<std::uint64_t> sleep_all(trial& t) {
  const auto executor = co_await asio::this_coro::executor;
  std::vector<std::uint32_t> late(t.tasks, 0);
  count ended{0};
  const std::uint64_t before = resident_bytes();
  const wake_plan plan(wake_plan::clock::now(), t.tasks);
  for (std::uint64_t i = 0; i < t.tasks; ++i) {
    asio::co_spawn(executor, sleep_once(plan.due(i), late[i], ended), asio::detached);
    if (i % started_at_once == 0) co_await asio::post(asio::use_awaitable);
  }
  t.counters["spare_start_ms"] = plan.milliseconds_left();
  asio::steady_timer timer(executor, plan.all_asleep());
  co_await timer.async_wait(asio::use_awaitable);
  t.counters["bytes_per_task"] = resident_bytes_per_task(before, t.tasks);
  while (ended.load() < t.tasks) {
    timer.expires_after(std::chrono::milliseconds(10));
    co_await timer.async_wait(asio::use_awaitable);
  }
  t.counters["late_p50_us"] = quantile(late, 0.5);
  t.counters["late_p99_us"] = quantile(late, 0.99);
  co_return ended.load();
}

std::uint64_t all_tasks(const trial& t) { return t.tasks; }

}  // namespace

void register_waiting_cases(const settings& s) {
  add_asio_case({"parked", all_tasks, repeat::once}, s.workers, park_all, s);
  add_asio_case({"sleepers", all_tasks, repeat::once}, s.workers, sleep_all, s);
}

}  // namespace micro
