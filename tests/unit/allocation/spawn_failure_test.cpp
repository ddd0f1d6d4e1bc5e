#include <weft/runtime/channel.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/event.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/when_all.hpp>
#include <weft/runtime/when_any.hpp>
#include <weft/runtime/yield.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <new>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "counted_new.hpp"
#include "support/models.hpp"

// Each way to start tasks is tried with the first allocation failing, then with the second, and so
// on until it succeeds. What was started must end, and nothing else may be left: neither a frame,
// nor a task that somebody would wait for in vain (then the run would not end).

using namespace std::chrono_literals;
using namespace weft::test;
using weft::task;
using weft::task_group;

namespace {

// More than a run queue has places for to begin with; in deterministic mode, where each task is
// noted, fewer.
int how_many(const weft::model& m) {
  return std::holds_alternative<weft::deterministic>(m) ? 20 : 270;
}

bool has_homes(const weft::model& m) {
  return std::holds_alternative<weft::sharded>(m) || std::holds_alternative<weft::threads>(m);
}

struct population {
  explicit population(const weft::model& m) : size(how_many(m)) {}

  const int size;
  std::atomic<int> alive{0};
  std::atomic<int> started{0};
  std::atomic<int> ended{0};
};

/// Lies in a task's frame.
class presence {
public:
  explicit presence(population& of) noexcept : of_(&of) { ++of_->alive; }
  presence(const presence& other) noexcept : presence(*other.of_) {}
  presence& operator=(const presence&) = delete;
  ~presence() { --of_->alive; }
  population& of() const noexcept { return *of_; }

private:
  population* of_;
};

task<> live(presence here) {
  co_await weft::yield();
  ++here.of().ended;
}

task<> go_in_group(task_group& group, population& all) {
  for (int i = 0; i < all.size; ++i) {
    group.go(live(presence(all)));
    ++all.started;
  }
  co_return;
}

task<> deal_in_group(task_group& group, population& all) {
  for (int i = 0; i < all.size; ++i) {
    group.deal(live(presence(all)));
    ++all.started;
  }
  co_return;
}

task<> go_beside(task_group&, population& all) {
  std::vector<weft::join_handle<>> handles;
  handles.reserve(static_cast<std::size_t>(all.size));
  std::exception_ptr error;
  try {
    for (int i = 0; i < all.size; ++i) {
      handles.push_back(weft::go(live(presence(all))));
      ++all.started;
    }
  } catch (...) {
    error = std::current_exception();
  }
  for (auto& handle : handles) co_await handle.join();
  if (error) std::rethrow_exception(error);
}

task<> go_in_background(task_group&, population& all) {
  for (int i = 0; i < all.size; ++i) {
    weft::scheduler::current().spawn(live(presence(all)));
    ++all.started;
  }
  co_return;
}

task<> go_from_another_thread(task_group&, population& all) {
  auto& here = weft::scheduler::current();
  bool has_failed = false;
  std::thread([&] {
    try {
      for (int i = 0; i < all.size; ++i) {
        here.spawn(live(presence(all)));
        ++all.started;
      }
    } catch (const std::bad_alloc&) {
      has_failed = true;
    }
  }).join();
  if (has_failed) throw std::bad_alloc();
  co_return;
}

task<> descend(int depth, presence here) {
  if (depth == 0) co_return;
  auto child = co_await weft::fork(descend(depth - 1, here));
  co_await child.join();
}

task<> fork_deeply(task_group&, population& all) { co_await descend(all.size, presence(all)); }

task<> fork_in_group(task_group& group, population& all) {
  for (int i = 0; i < all.size; ++i) {
    co_await group.fork(live(presence(all)));
    ++all.started;
  }
}

std::vector<task<>> some_tasks(population& all) {
  std::vector<task<>> tasks;
  for (int i = 0; i < all.size; ++i) tasks.push_back(live(presence(all)));
  return tasks;
}

task<> run_all(task_group&, population& all) { co_await when_all(some_tasks(all)); }
task<> run_any(task_group&, population& all) { (void)co_await when_any(some_tasks(all)); }

task<> run_under_deadlines(task_group&, population& all) {
  task_group limited(weft::scheduler::current().now() + 1h);
  for (int i = 0; i < 3; ++i) (void)co_await weft::with_timeout(1h, live(presence(all)));
  co_await limited.join();
}

using starter = task<> (*)(task_group&, population&);

/// @return how often an allocation failed
task<int> fail_each_allocation(starter start, population& all) {
  for (int nth = 1;; ++nth) {
    task_group group;
    task<> starting = start(group, all);
    const empty_frame_pool pool;
    bool has_failed = false;
    {
      const failing_allocation armed(nth);
      try {
        co_await std::move(starting);
      } catch (const std::bad_alloc&) {}
      has_failed = armed.has_failed();
    }
    co_await group.join();
    if (!has_failed) co_return nth - 1;
  }
}

task<> wait_for(weft::event& happened, presence here) {
  co_await happened.wait();
  ++here.of().ended;
}

/// Wakes more tasks at once than any queue has had before. @return whether an allocation failed
task<bool> fail_allocation_of_a_wake_up(int nth, population& all) {
  task_group group;
  weft::event happened;
  const int before = all.ended;
  for (int i = 0; i < all.size; ++i) {
    group.go(wait_for(happened, presence(all)));
    co_await weft::yield();
  }
  bool has_failed = false;
  {
    const failing_allocation armed(nth);
    happened.set();
    has_failed = armed.has_failed();
  }
  co_await group.join();
  CHECK(all.ended == before + all.size);
  co_return has_failed;
}

std::vector<named_model> all_kinds() {
  auto all = seeds(2);
  all.push_back({"event_loop", weft::event_loop{}});
  all.push_back({"gil", weft::gil{.threads = 2}});
  all.push_back({"threads", weft::threads{.max = 3}});
  all.push_back({"sharded", weft::sharded{.shards = 2}});
  all.push_back({"parallel, 1 worker", weft::parallel{.workers = 1}});
  all.push_back({"parallel, 2 workers", weft::parallel{.workers = 2}});
  return all;
}

void expect_nothing_left(starter start, bool counts_started) {
  for (const auto& m : all_kinds()) {
    CAPTURE(m.name);
    population all(m.value);
    CHECK(run_under(m, fail_each_allocation(start, all)) > 0);
    CHECK(all.alive == 0);
    if (counts_started) CHECK(all.ended == all.started);
  }
}

task<> nothing() { co_return; }

task<> yield_until(const std::atomic<bool>& over, std::atomic<int>& ended) {
  while (!over) co_await weft::yield();
  ++ended;
}

// Fewer than a run queue has places for, more than come into one piece of the injection queue.
constexpr int yielding = 250;

task<> compute(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {}
  co_return;
}

// A spare comes while another task computes. It starts the tasks, and goes a while after.
task<> come_and_go(std::atomic<int>& ended) {
  std::atomic<bool> over{false};
  task_group group;
  group.go(compute(20ms));
  co_await weft::yield();
  for (int i = 0; i < yielding; ++i) group.go(yield_until(over, ended));
  {
    const failing_allocation armed(1);
    const auto end = std::chrono::steady_clock::now() + 100ms;
    while (std::chrono::steady_clock::now() < end) co_await weft::yield();
  }
  over = true;
  co_await group.join();
}

}  // namespace

TEST_CASE("a go() that finds no memory starts nothing") {
  expect_nothing_left(&go_in_group, true);
  expect_nothing_left(&go_beside, true);
}

TEST_CASE("a deal() that finds no memory starts nothing") {
  expect_nothing_left(&deal_in_group, true);
}

TEST_CASE("a background task that finds no memory is not started") {
  expect_nothing_left(&go_in_background, true);
  expect_nothing_left(&go_from_another_thread, true);
}

TEST_CASE("a fork that finds no memory starts nothing") {
  expect_nothing_left(&fork_in_group, true);
  expect_nothing_left(&fork_deeply, false);
}

TEST_CASE("who waits for tasks that find no memory gets the error, and leaves none behind") {
  expect_nothing_left(&run_all, false);
  expect_nothing_left(&run_any, false);
  expect_nothing_left(&run_under_deadlines, false);
}

// A home takes in what others wake through one queue only, so those models are left out.
TEST_CASE("who is woken when a queue finds no memory to grow runs all the same") {
  int failures = 0;  // under parallel a thief may have made room
  for (const auto& m : all_kinds()) {
    if (has_homes(m.value)) continue;
    CAPTURE(m.name);
    population all(m.value);
    for (int nth = 1; run_under(m, fail_allocation_of_a_wake_up(nth, all)); ++nth) ++failures;
    CHECK(all.alive == 0);
  }
  CHECK(failures > 0);
}

TEST_CASE("a spare worker that finds no memory to give its tasks away runs them itself") {
  for (int round = 0; round < 10; ++round) {
    weft::scheduler s(weft::parallel{.workers = 1});
    std::atomic<int> ended{0};
    s.run(come_and_go(ended));
    CHECK(ended == yielding);
  }
}

TEST_CASE("a task that finds no memory before a run is not kept") {
  for (const auto& m : all_kinds()) {
    CAPTURE(m.name);
    population all(m.value);
    for (int nth = 1;; ++nth) {
      weft::scheduler s(m.value);
      const empty_frame_pool pool;
      const failing_allocation armed(nth);
      try {
        for (int i = 0; i < all.size; ++i) {
          s.spawn(live(presence(all)));
          ++all.started;
        }
      } catch (const std::bad_alloc&) {}
      if (!armed.has_failed()) break;
    }
    CHECK(all.started > all.size);
    CHECK(all.alive == 0);
  }
}

TEST_CASE("a run that finds no memory loses nothing") {
  for (const auto& m : all_kinds()) {
    CAPTURE(m.name);
    int without_run = 0;
    for (int nth = 1;; ++nth) {
      CAPTURE(nth);
      population early(m.value);
      population mains(m.value);
      weft::scheduler s(m.value);
      for (int i = 0; i < 3; ++i) s.spawn(live(presence(early)));
      task<> first = live(presence(mains));
      bool has_failed = false;
      {
        const empty_frame_pool pool;
        const failing_allocation armed(nth);
        try {
          s.run(std::move(first));
        } catch (const std::bad_alloc&) {
          CHECK(mains.ended == 0);
          ++without_run;
        }
        has_failed = armed.has_failed();
      }
      s.run(nothing());
      CHECK(early.ended == 3);
      CHECK(early.alive == 0);
      CHECK(mains.alive == 0);
      if (!has_failed) {
        CHECK(mains.ended == 1);
        break;
      }
    }
    CHECK(without_run > 0);
  }
}
