#include "runtime/injection_queue.hpp"

#include "testing/interleave/explore.hpp"

#include <weft/runtime/detail/threading.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>

namespace {

using weft::detail::injection_queue;
using weft::detail::os_thread;
using weft::detail::task_handle;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

std::array<char, 8> places;

task_handle task_number(unsigned number) { return task_handle::from_address(&places[number]); }
unsigned number_of(task_handle h) {
  return static_cast<unsigned>(static_cast<char*>(h.address()) - places.data());
}

// Two push one task each; two pop until both are out.
void push_and_pop() {
  injection_queue queue;
  weft::testing::call_it(queue, "queue");
  unsigned taken[3] = {};
  unsigned wakes = 0;
  const auto pop_once = [&] {
    if (const task_handle h = queue.pop()) ++taken[number_of(h)];
  };
  os_thread pusher([&] { queue.push(task_number(1), [&] { ++wakes; }); });
  os_thread popper(pop_once);
  queue.push(task_number(2), [&] { ++wakes; });
  pop_once();
  pusher.join();
  popper.join();
  while (!queue.empty()) pop_once();
  must(taken[1] == 1 && taken[2] == 1, "a task was lost or taken twice");
  must(wakes == 2, "a push did not wake");
}

// The task of the first push may end the queue's owner: the pusher must be done with it by then.
void pop_ends_the_owner() {
  auto* queue = new injection_queue;
  weft::testing::call_it(*queue, "queue");
  weft::detail::atomic<bool> has_woken{false};
  os_thread pusher([&] { queue->push(task_number(1), [&] { has_woken.store(true); }); });
  while (!queue->pop()) weft::detail::give_way();
  must(has_woken.load(), "a task left the queue before its pusher had woken");
  pusher.join();
  delete queue;
}

}  // namespace

TEST_CASE("each injected task comes out exactly once") {
  exploration how;
  const auto done = explore("injection", how, &push_and_pop);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("nobody runs an injected task before its pusher is done with the queue") {
  exploration how;
  how.surprises = 3;
  const auto done = explore("the wake is under the lock", how, &pop_ends_the_owner);
  CHECK(done.complete_up_to >= 3);
}
