#include "testing/interleave/explore.hpp"

#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {

using weft::task;
using weft::task_group;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

using counter = weft::detail::atomic<int>;

exploration on_two_workers() {
  exploration how;
  how.counts_every_choice = true;
  how.cap = 2'000;
  how.random = 2'000;
  how.priorities = 3'000;
  return how;
}

// A few steps at which the forker can be stolen.
task<int> work(counter& steps) {
  steps.fetch_add(1);
  steps.fetch_add(1);
  co_return 3;
}

task<int> wait_and_work(counter& steps) {
  co_await weft::yield();
  steps.fetch_add(2);
  co_return 4;
}

task<int> fork_and_join(counter& steps) {
  auto first = co_await weft::fork(work(steps));
  steps.fetch_add(1);
  auto second = co_await weft::fork(wait_and_work(steps));
  const int a = co_await first.join();
  const int b = co_await second.join();
  co_return a + b;
}

void forks() {
  counter steps{0};
  weft::scheduler s(weft::parallel{.workers = 2});
  must(s.run(fork_and_join(steps)) == 7, "a forked child's result is wrong");
  must(steps.load() == 5, "a forked child did not run once");
}

task<> fork_in_a_group(counter& steps) {
  task_group group;
  auto dropped = co_await group.fork(work(steps));
  { auto unused = co_await group.fork(wait_and_work(steps)); }
  co_await group.join();
  must(steps.load() == 4, "a group was joined before its forked children had ended");
  (void)co_await dropped.join();
}

void forks_in_a_group() {
  counter steps{0};
  weft::scheduler s(weft::parallel{.workers = 2});
  s.run(fork_in_a_group(steps));
}

task<> fail_later(counter& steps) {
  steps.fetch_add(1);
  throw 5;
  co_return;
}

task<int> fork_one_that_fails(counter& steps) {
  int caught = 0;
  task_group group;
  auto child = co_await group.fork(fail_later(steps));
  steps.fetch_add(1);
  try {
    co_await group.join();
  } catch (int error) {
    caught += error;
  }
  try {
    co_await child.join();
  } catch (int error) {
    caught += error;
  }
  co_return caught;
}

void forked_failure() {
  counter steps{0};
  weft::scheduler s(weft::parallel{.workers = 2});
  must(s.run(fork_one_that_fails(steps)) == 10, "an error of a forked child was lost");
}

}  // namespace

TEST_CASE("a forked child whose forker was stolen is joined once") {
  explore("fork", on_two_workers(), &forks);
}

TEST_CASE("a group waits for its forked children") {
  explore("fork in a group", on_two_workers(), &forks_in_a_group);
}

TEST_CASE("the error of a forked child reaches its group and its handle") {
  explore("fork that fails", on_two_workers(), &forked_failure);
}
