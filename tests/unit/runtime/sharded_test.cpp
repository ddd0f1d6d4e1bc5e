#include <weft/runtime/channel.hpp>
#include <weft/runtime/home.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::channel;
using weft::scheduler;
using weft::task;
using thread_id = std::thread::id;

constexpr unsigned shards = 3;

thread_id here() { return std::this_thread::get_id(); }

/// Which threads tasks were seen on.
class census {
public:
  void count() {
    std::lock_guard lock(mutex_);
    ++seen_[here()];
  }
  const std::map<thread_id, int>& seen() const { return seen_; }

private:
  std::mutex mutex_;
  std::map<thread_id, int> seen_;
};

task<> nap_and_yield() {
  (void)co_await weft::sleep(1ms);
  co_await weft::yield();
}

task<> stay(thread_id home, int depth, std::atomic<int>& strays) {
  if (here() != home) ++strays;
  weft::task_group group;
  for (int i = 0; i < 3 && depth > 0; ++i) group.go(stay(home, depth - 1, strays));
  co_await nap_and_yield();
  if (here() != home) ++strays;
  co_await group.join();
  if (here() != home) ++strays;
}

task<int> stay_with_children() {
  std::atomic<int> strays = 0;
  auto handle = weft::go(stay(here(), 3, strays));
  co_await handle.join();
  co_return strays.load();
}

TEST_CASE("under sharded a task and its children stay on the shard where they were started") {
  scheduler s(weft::sharded{.shards = shards});
  CHECK(s.run(stay_with_children()) == 0);
}

task<> report_home(census& all) {
  all.count();
  co_await weft::yield();
  all.count();
}

task<> deal_children(census& all, int count) {
  weft::task_group group;
  for (int i = 0; i < count; ++i) group.deal(report_home(all));
  co_await group.join();
}

TEST_CASE("under sharded children that are dealt go to the shards in turn") {
  scheduler s(weft::sharded{.shards = shards});
  census all;
  s.run(deal_children(all, 6));
  REQUIRE(all.seen().size() == shards);
  for (const auto& [thread, times] : all.seen()) CHECK(times == 4);
}

task<> report_and_send(census& all, channel<int>& done) {
  all.count();
  (void)co_await done.send(1);
}

task<> receive(channel<int>& from, int count) {
  for (int i = 0; i < count; ++i) (void)co_await from.recv();
}

TEST_CASE("under sharded background tasks from outside are dealt, before and during a run") {
  scheduler s(weft::sharded{.shards = shards});
  census all;
  channel<int> done;
  for (int i = 0; i < 3; ++i) s.spawn(report_and_send(all, done));
  std::thread outside([&] {
    for (int i = 0; i < 3; ++i) s.spawn(report_and_send(all, done));
  });
  s.run(receive(done, 6));
  outside.join();
  REQUIRE(all.seen().size() == shards);
  for (const auto& [thread, times] : all.seen()) CHECK(times == 2);
}

task<> echo(channel<int>& in, channel<int>& out, int rounds, std::atomic<int>& moves) {
  const thread_id home = here();
  for (int i = 0; i < rounds; ++i) {
    auto value = co_await in.recv();
    if (here() != home) ++moves;
    (void)co_await out.send(*value + 1);
    if (here() != home) ++moves;
  }
}

task<int> play(std::atomic<int>& moves, int rounds) {
  const thread_id home = here();
  channel<int> ping;
  channel<int> pong;
  weft::task_group group;
  // The first of two is dealt to this task's own shard.
  for (int i = 0; i < 2; ++i) group.deal(echo(ping, pong, rounds, moves));
  int value = 0;
  for (int i = 0; i < 2 * rounds; ++i) {
    (void)co_await ping.send(value);
    value = *co_await pong.recv();
    if (here() != home) ++moves;
  }
  co_await group.join();
  if (here() != home) ++moves;
  co_return value;
}

TEST_CASE("a task that another shard wakes goes on at home") {
  scheduler s(weft::sharded{.shards = 2});
  std::atomic<int> moves = 0;
  CHECK(s.run(play(moves, 500)) == 1'000);
  CHECK(moves == 0);
}

task<> set(std::atomic<bool>& flag) {
  flag = true;
  co_return;
}

task<> set_later(std::atomic<bool>& flag) {
  (void)co_await weft::sleep(2ms);
  flag = true;
}

/// Computes without a look at the clock or at others until the flag is up. @return whether it came
bool compute_until(const std::atomic<bool>& flag, std::chrono::milliseconds at_most) {
  const auto end = std::chrono::steady_clock::now() + at_most;
  while (!flag && std::chrono::steady_clock::now() < end) {}
  return flag;
}

task<bool> compute_beside_other_shard() {
  std::atomic<bool> flag = false;
  weft::task_group group;
  group.deal(nap_and_yield());
  group.deal(set_later(flag));
  const bool came = compute_until(flag, 5s);
  co_await group.join();
  co_return came;
}

TEST_CASE("a shard that computes does not hold up the others") {
  scheduler s(weft::sharded{.shards = 2});
  CHECK(s.run(compute_beside_other_shard()));
}

task<bool> compute_before_own_child() {
  std::atomic<bool> flag = false;
  auto child = weft::go(set(flag));
  const bool came = compute_until(flag, 30ms);
  co_await child.join();
  co_return came;
}

TEST_CASE("an idle shard steals nothing") {
  scheduler s(weft::sharded{.shards = 2});
  CHECK_FALSE(s.run(compute_before_own_child()));
}

task<> wait_until_cancelled(std::atomic<int>& ends) {
  const auto outcome = co_await weft::sleep(1h);
  if (outcome == weft::condition::canceled) ++ends;
}

task<int> cancel_all_shards() {
  std::atomic<int> ends = 0;
  weft::task_group group;
  for (int i = 0; i < 30; ++i) group.deal(wait_until_cancelled(ends));
  (void)co_await weft::sleep(1ms);
  group.cancel();
  co_await group.join();
  co_return ends.load();
}

TEST_CASE("a group that is spread over the shards is cancelled and joined from one") {
  scheduler s(weft::sharded{.shards = shards});
  for (int i = 0; i < 50; ++i) CHECK(s.run(cancel_all_shards()) == 30);
}

}  // namespace

namespace {

task<std::uint32_t> home_of_task() {
  const auto before = weft::current_home();
  co_await nap_and_yield();
  if (weft::current_home() != before) throw std::logic_error("a task has moved");
  co_return before;
}

task<std::set<std::uint32_t>> homes_of_dealt_tasks() {
  weft::task_group group;
  std::vector<weft::join_handle<std::uint32_t>> tasks;
  for (int i = 0; i < 12; ++i) tasks.push_back(group.deal(home_of_task()));
  std::set<std::uint32_t> homes;
  for (auto& one : tasks) {
    const auto home = co_await one.join();
    homes.insert(home);
  }
  co_await group.join();
  co_return homes;
}

}  // namespace

TEST_CASE("a task knows its home, where it has one") {
  CHECK(scheduler(weft::sharded{.shards = shards}).run(homes_of_dealt_tasks()) ==
        std::set<std::uint32_t>{0, 1, 2});
  for (const weft::model& m : {weft::model(weft::event_loop{}), weft::model(weft::parallel{2})}) {
    CHECK(scheduler(m).run(homes_of_dealt_tasks()) == std::set<std::uint32_t>{0});
  }
  CHECK(weft::current_home() == 0);
}
