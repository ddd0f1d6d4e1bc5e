#include "runtime/run_queue.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <vector>

using weft::detail::run_queue;
using weft::detail::task_handle;
using weft::detail::work_deque;

namespace {

constexpr auto newest_first = run_queue::order_of::newest_first;
constexpr auto oldest_first = run_queue::order_of::oldest_first;

// Nobody resumes what is in a queue here, so a number serves as a task.
task_handle nth(std::uintptr_t number) {
  return task_handle::from_address(reinterpret_cast<void*>(number * 16));
}
std::uintptr_t number_of(task_handle h) {
  return reinterpret_cast<std::uintptr_t>(h.address()) / 16;
}

template <class Take>
std::vector<std::uintptr_t> all_by(Take take) {
  std::vector<std::uintptr_t> taken;
  while (const task_handle h = take()) taken.push_back(number_of(h));
  return taken;
}

using numbers = std::vector<std::uintptr_t>;

}  // namespace

TEST_CASE("what was woken last waits in the slot and takes the place of what was there") {
  run_queue queue(newest_first, work_deque::thieves::some);
  CHECK_FALSE(queue.push_next(nth(1)));
  CHECK(queue.push_next(nth(2)));
  CHECK(queue.waiting() == 1);
  CHECK(queue.size() == 2);
  CHECK(queue.take_slot() == nth(2));
  CHECK(queue.take_slot() == nullptr);
  CHECK(queue.take_newest() == nth(1));
  CHECK(queue.empty());
}

TEST_CASE("the owner takes the newest of the stack, then the line in its order") {
  run_queue queue(newest_first, work_deque::thieves::some);
  for (std::uintptr_t i = 1; i <= 3; ++i) queue.push_last(nth(i));
  for (std::uintptr_t i = 4; i <= 7; ++i) queue.push_next(nth(i));
  CHECK(queue.take_slot() == nth(7));
  CHECK(all_by([&] { return queue.take_newest(); }) == numbers{6, 5, 4, 1, 2, 3});
}

TEST_CASE("in turn, the line goes before the stack") {
  run_queue queue(newest_first, work_deque::thieves::some);
  for (std::uintptr_t i = 1; i <= 2; ++i) queue.push_last(nth(i));
  for (std::uintptr_t i = 3; i <= 6; ++i) queue.push_next(nth(i));
  CHECK(all_by([&] { return queue.take_in_turn(); }) == numbers{1, 2, 5, 4, 3});
  CHECK(queue.take_slot() == nth(6));
}

TEST_CASE("the oldest of the stack can be had without the line") {
  run_queue queue(newest_first, work_deque::thieves::some);
  queue.push_last(nth(1));
  for (std::uintptr_t i = 2; i <= 4; ++i) queue.push_next(nth(i));
  CHECK(all_by([&] { return queue.take_oldest_of_stack(); }) == numbers{2, 3});
  CHECK(queue.take_newest() == nth(1));
}

TEST_CASE("a thief takes the slot when there is nothing else") {
  run_queue queue(newest_first, work_deque::thieves::some);
  queue.push_next(nth(1));
  queue.push_next(nth(2));
  queue.push_last(nth(3));
  CHECK(all_by([&] { return queue.steal(); }) == numbers{3, 1, 2});
  CHECK(queue.empty());
}

TEST_CASE("where the oldest go first there is one order for all") {
  run_queue queue(oldest_first, work_deque::thieves::none);
  CHECK(queue.push_next(nth(1)));
  queue.push_last(nth(2));
  CHECK(queue.push_next(nth(3)));
  CHECK(queue.take_slot() == nullptr);
  CHECK(all_by([&] { return queue.take_newest(); }) == numbers{1, 2, 3});
}

TEST_CASE("a forker is taken back as long as it is the newest") {
  for (const auto order : {newest_first, oldest_first}) {
    run_queue queue(order, work_deque::thieves::some);
    queue.push_forker(nth(1));
    queue.push_forker(nth(2));
    CHECK_FALSE(queue.take_back(nth(1)));
    CHECK(queue.take_back(nth(2)));
    CHECK(queue.take_back(nth(1)));
    CHECK_FALSE(queue.take_back(nth(1)));
  }
}

TEST_CASE("the oldest of the stack is the same while newer ones go before it") {
  run_queue queue(newest_first, work_deque::thieves::some);
  CHECK(queue.oldest_of_stack() == run_queue::nobody);
  for (std::uintptr_t i = 1; i <= 3; ++i) queue.push_next(nth(i));
  const auto oldest = queue.oldest_of_stack();
  CHECK(queue.take_newest() == nth(2));
  CHECK(queue.oldest_of_stack() == oldest);
  CHECK(queue.take_newest() == nth(1));
  CHECK(queue.oldest_of_stack() == run_queue::nobody);
  queue.push_next(nth(4));
  CHECK(queue.oldest_of_stack() != oldest);
}

TEST_CASE("the line has no oldest that others go before") {
  run_queue queue(newest_first, work_deque::thieves::some);
  queue.push_last(nth(1));
  CHECK(queue.oldest_of_stack() == run_queue::nobody);
}
