// The owner of a run queue against thieves, over its three parts: slot, stack and line. The deque
// that stack and line are has its own check (work_deque_race_test.cpp); here tasks move between
// them.

#include "runtime/run_queue.hpp"

#include "testing/interleave/explore.hpp"

#include <weft/runtime/detail/threading.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>
#include <utility>

namespace {

using weft::detail::os_thread;
using weft::detail::run_queue;
using weft::detail::task_handle;
using weft::detail::work_deque;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

/// A queue, tasks 1 to 8 that are nothing but numbers, and who has taken them.
class queue_under_test {
public:
  explicit queue_under_test(work_deque::thieves t = work_deque::thieves::some)
      : queue(run_queue::order_of::newest_first, t) {
    weft::testing::call_it(queue, "queue");
  }

  static task_handle task(std::uintptr_t number) {
    return task_handle::from_address(reinterpret_cast<void*>(number));
  }

  // One thread at a time runs, so this needs no lock.
  void took(task_handle h) {
    if (!h) return;
    const auto number = reinterpret_cast<std::uintptr_t>(h.address());
    must(number >= 1 && number < taken_.size(), "what was taken is no task");
    must(!std::exchange(taken_[number], true), "a task was taken twice");
    ++count_;
  }
  void take_rest(unsigned pushed) {
    took(queue.take_slot());
    while (const task_handle h = queue.take_newest()) took(h);
    must(count_ == pushed, "a task was lost");
    must(queue.empty(), "a queue of which all was taken is not empty");
  }

  run_queue queue;

private:
  std::array<bool, 9> taken_{};
  unsigned count_ = 0;
};

// A second task for the slot sends the first to the stack.
void slot_against_a_thief(work_deque::thieves thieves) {
  queue_under_test t(thieves);
  os_thread thief([&] { t.took(t.queue.steal()); });
  (void)t.queue.push_next(t.task(1));
  (void)t.queue.push_next(t.task(2));
  t.took(t.queue.take_slot());
  thief.join();
  t.take_rest(2);
}

void slot_against_two_thieves() {
  queue_under_test t;
  (void)t.queue.push_next(t.task(1));
  os_thread first([&] { t.took(t.queue.steal()); });
  os_thread second([&] { t.took(t.queue.steal()); });
  t.took(t.queue.take_slot());
  (void)t.queue.push_next(t.task(2));
  first.join();
  second.join();
  t.take_rest(2);
}

void all_parts_against_a_thief() {
  queue_under_test t;
  os_thread thief([&] {
    t.took(t.queue.steal());
    t.took(t.queue.steal());
  });
  t.queue.push_last(t.task(1));
  (void)t.queue.push_next(t.task(2));
  (void)t.queue.push_next(t.task(3));
  t.took(t.queue.take_in_turn());
  t.took(t.queue.take_newest());
  thief.join();
  t.take_rest(3);
}

// A forker is taken back from the stack while woken tasks come and go in the slot above it.
void forker_under_a_slot() {
  queue_under_test t;
  os_thread thief([&] { t.took(t.queue.steal()); });
  t.queue.push_forker(t.task(1));
  (void)t.queue.try_fill_slot(t.task(2));
  if (t.queue.take_back(t.task(1))) t.took(t.task(1));
  t.took(t.queue.take_slot());
  thief.join();
  t.take_rest(2);
}

exploration in_depth() {
  exploration how;
  how.surprises = 3;
  how.cap = 20'000;
  return how;
}

}  // namespace

TEST_CASE("owner and thief of a run queue's slot take each task exactly once") {
  const auto done = explore("slot against a thief", in_depth(),
                            [] { slot_against_a_thief(work_deque::thieves::some); });
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("two thieves and the owner of a run queue's slot take each task exactly once") {
  const auto done = explore("slot, two thieves", in_depth(), &slot_against_two_thieves);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("owner and thief of a run queue's three parts take each task exactly once") {
  const auto done = explore("slot, stack and line", in_depth(), &all_parts_against_a_thief);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("a forker is taken back once, with a task in the slot above it") {
  const auto done = explore("forker and slot", in_depth(), &forker_under_a_slot);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("a run queue gives each task once with store buffers") {
  exploration how;
  how.store_buffers = true;
  how.cap = 20'000;
  const auto done = explore("run queue, store buffers", how,
                            [] { slot_against_a_thief(work_deque::thieves::some); });
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE(
    "few thieves pay for the orders of a run queue: each task is taken once with store buffers") {
  exploration how;
  how.store_buffers = true;
  how.cap = 20'000;
  const auto done = explore("few thieves of a run queue", how,
                            [] { slot_against_a_thief(work_deque::thieves::few); });
  CHECK(done.complete_up_to >= 1);
}
