#include <weft/net/asio.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/select.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "counted_new.hpp"
#include "support/models.hpp"

// What the docstrings say of allocations under Cost. AddressSanitizer's build has no frame pool:
// each frame is an allocation there.
#if WEFT_FRAME_POOL

using namespace std::chrono_literals;
using namespace weft::test;
using weft::channel;
using weft::task;
using weft::task_group;

namespace {

constexpr int rounds = 200;

/// How often `many_rounds(n)` allocates when it is run for the third time.
template <class ManyRounds>
task<std::uint64_t> allocations_of(ManyRounds many_rounds) {
  for (int warm_up = 0; warm_up < 2; ++warm_up) co_await many_rounds(rounds);
  task<> measured = many_rounds(rounds);
  const auto before = allocations();
  co_await std::move(measured);
  co_return allocations() - before;
}

// The deterministic model allocates for the notes that it reports a deadlock from.
std::vector<named_model> models_of_one_thread() {
  std::vector<named_model> all;
  all.push_back({"event_loop", weft::event_loop{}});
  all.push_back({"sharded", weft::sharded{.shards = 1}});
  all.push_back({"parallel", weft::parallel{.workers = 1}});
  return all;
}

using case_function = task<> (*)(int);

void expect_no_allocation(case_function rounds_of_case) {
  for (const auto& m : models_of_one_thread()) {
    CAPTURE(m.name);
    CHECK(run_under(m, allocations_of(rounds_of_case)) == 0);
  }
}

task<int> give_one() { co_return 1; }

task<> join_children(int n) {
  task_group group;
  for (int i = 0; i < n; ++i) {
    auto child = group.go(give_one());
    (void)co_await child.join();
    (void)co_await (co_await group.fork(give_one())).join();
  }
  co_await group.join();
}

task<> echo(channel<int>& in, channel<int>& out) {
  while (auto value = co_await in.recv()) (void)co_await out.send(*value);
}

task<std::uint64_t> play_ping_pong(std::size_t capacity) {
  channel<int> there(capacity);
  channel<int> back(capacity);
  task_group group;
  group.go(echo(there, back));
  co_await weft::yield();
  const auto before = allocations();
  for (int i = 0; i < rounds; ++i) {
    (void)co_await there.send(i);
    (void)co_await back.recv();
  }
  const auto after = allocations();
  there.close();
  co_await group.join();
  co_return after - before;
}

task<> lock_once(weft::mutex& m) { auto held = co_await m.lock(); }

task<> contend(int n) {
  weft::mutex m;
  task_group group;
  for (int i = 0; i < n; ++i) {
    {
      auto held = co_await m.lock();
      group.go(lock_once(m));
      group.go(lock_once(m));
      for (int turns = 0; turns < 3; ++turns) co_await weft::yield();
    }
    co_await group.join();
  }
}

task<> nap(int n) {
  for (int i = 0; i < n; ++i) (void)co_await weft::sleep(1us);
}

task<> answer_in_turn(channel<int>& asked, channel<int>& left, channel<int>& right) {
  while (auto value = co_await asked.recv()) {
    (void)co_await (*value % 2 == 0 ? left : right).send(*value);
  }
}

task<> choose(int n, channel<int>& asked, channel<int>& left, channel<int>& right) {
  for (int i = 0; i < n; ++i) {
    (void)co_await asked.send(i);
    (void)co_await select(recv(left), recv(right), weft::after(1h));
  }
}

task<std::uint64_t> select_among_three() {
  channel<int> asked;
  channel<int> left;
  channel<int> right;
  task_group group;
  group.go(answer_in_turn(asked, left, right));
  co_await weft::yield();
  co_await choose(1, asked, left, right);
  task<> measured = choose(rounds, asked, left, right);
  const auto before = allocations();
  co_await std::move(measured);
  const auto after = allocations();
  asked.close();
  co_await group.join();
  co_return after - before;
}

task<> wait_in_asio(int n) {
  boost::asio::steady_timer timer(weft::asio_executor());
  for (int i = 0; i < n; ++i) {
    timer.expires_after(1us);
    (void)co_await timer.async_wait(weft::use_task);
  }
}

task<> post_to_asio(int n) {
  for (int i = 0; i < n; ++i) co_await boost::asio::post(weft::asio_executor(), weft::use_task);
}

}  // namespace

TEST_CASE("go, fork and join allocate nothing in the long run") {
  expect_no_allocation(&join_children);
}

TEST_CASE("sends and receives allocate nothing") {
  for (const auto& m : models_of_one_thread()) {
    for (const std::size_t capacity : {0U, 16U}) {
      CAPTURE(m.name, capacity);
      CHECK(run_under(m, play_ping_pong(capacity)) == 0);
    }
  }
}

TEST_CASE("a mutex that tasks wait for allocates nothing in the long run") {
  expect_no_allocation(&contend);
}

TEST_CASE("a sleep allocates nothing in the long run") { expect_no_allocation(&nap); }

TEST_CASE("a select that waits allocates nothing") {
  for (const auto& m : models_of_one_thread()) {
    CAPTURE(m.name);
    CHECK(run_under(m, select_among_three()) == 0);
  }
}

TEST_CASE("an Asio operation costs the allocations that use_task says") {
  const named_model loop{"event_loop", weft::event_loop{}};
  CHECK(run_under(loop, allocations_of(&wait_in_asio)) == 0);
  CHECK(run_under(loop, allocations_of(&post_to_asio)) == 0);
}

#endif
