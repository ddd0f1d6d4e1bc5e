#include "runtime/work_deque.hpp"

#include "testing/interleave/explore.hpp"

#include <weft/runtime/detail/threading.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>

namespace {

using weft::detail::os_thread;
using weft::detail::work_deque;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

/// Items 1 to 8, and who has taken them.
class items {
public:
  static void* item(std::uintptr_t number) { return reinterpret_cast<void*>(number); }

  void took(void* item) {
    if (item == nullptr) return;
    const auto number = reinterpret_cast<std::uintptr_t>(item);
    must(number >= 1 && number < taken_.size(), "what was taken is no item");
    must(!std::exchange(taken_[number], true), "an item was taken twice");
    ++count_;
  }
  unsigned count() const { return count_; }

private:
  std::array<bool, 9> taken_{};
  unsigned count_ = 0;
};

void take_rest(work_deque& deque, items& all) {
  while (void* item = deque.pop()) all.took(item);
}

using thieves = work_deque::thieves;

void pop_against_a_thief(int pushed, thieves t) {
  work_deque deque(2, t);
  items all;
  weft::testing::call_it(deque, "deque");
  os_thread thief([&] {
    all.took(deque.steal());
    all.took(deque.steal());
  });
  for (int i = 1; i <= pushed; ++i) deque.push(items::item(static_cast<std::uintptr_t>(i)));
  all.took(deque.pop());
  all.took(deque.pop());
  thief.join();
  take_rest(deque, all);
  must(all.count() == static_cast<unsigned>(pushed), "an item was lost");
  must(deque.empty(), "a deque of which all was taken is not empty");
}

void two_thieves() {
  work_deque deque(2);
  items all;
  weft::testing::call_it(deque, "deque");
  deque.push(items::item(1));
  deque.push(items::item(2));
  os_thread first([&] { all.took(deque.steal()); });
  os_thread second([&] { all.took(deque.steal()); });
  all.took(deque.pop());
  first.join();
  second.join();
  take_rest(deque, all);
  must(all.count() == 2, "an item was lost");
}

void grow_under_a_thief() {
  work_deque deque(1);
  items all;
  weft::testing::call_it(deque, "deque");
  deque.push(items::item(1));
  os_thread thief([&] {
    all.took(deque.steal());
    all.took(deque.steal());
  });
  deque.push(items::item(2));
  deque.push(items::item(3));
  all.took(deque.pop());
  thief.join();
  take_rest(deque, all);
  must(all.count() == 3, "an item was lost");
}

// As a fork does it: push, then take that very item back, unless a thief was first.
void take_back_against_a_thief(thieves t) {
  work_deque deque(2, t);
  items all;
  weft::testing::call_it(deque, "deque");
  os_thread thief([&] { all.took(deque.steal()); });
  deque.push(items::item(1));
  deque.push(items::item(2));
  if (deque.pop_if(items::item(2))) all.took(items::item(2));
  if (deque.pop_if(items::item(1))) all.took(items::item(1));
  thief.join();
  take_rest(deque, all);
  must(all.count() == 2, "an item was lost");
}

// Who pushes looks then for somebody asleep; who goes to sleep says so, and then looks at the
// deque.
void push_against_a_parker() {
  work_deque deque(2);
  weft::detail::atomic<bool> is_idle{false};
  bool found = false;
  os_thread parker([&] {
    is_idle.store(true, std::memory_order_seq_cst);
    found = !deque.empty();
  });
  deque.push(items::item(1));
  deque.order();
  const bool wakes = is_idle.load(std::memory_order_seq_cst);
  parker.join();
  must(wakes || found,
       "a task is queued, its pusher saw nobody asleep, and who sleeps not the task");
}

}  // namespace

TEST_CASE("owner and thief of a deque take each item exactly once") {
  exploration how;
  how.surprises = 3;
  how.cap = 20'000;
  const auto done =
      explore("pop against a thief", how, [] { pop_against_a_thief(2, thieves::some); });
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("two thieves and the owner of a deque take each item exactly once") {
  exploration how;
  const auto done = explore("two thieves", how, &two_thieves);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("a deque grows under a thief") {
  exploration how;
  const auto done = explore("growth", how, &grow_under_a_thief);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("a deque needs its orders: each item is taken once with store buffers") {
  exploration how;
  how.store_buffers = true;
  how.cap = 20'000;
  const auto done = explore("store buffers", how, [] { pop_against_a_thief(2, thieves::some); });
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("few thieves pay for the orders of a deque: each item is taken once with store buffers") {
  exploration how;
  how.store_buffers = true;
  how.cap = 20'000;
  const auto done = explore("few thieves", how, [] { pop_against_a_thief(2, thieves::few); });
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("an item that is taken back is taken once") {
  exploration how;
  how.surprises = 3;
  how.store_buffers = true;
  const auto done = explore("take back", how, [] { take_back_against_a_thief(thieves::some); });
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("an item that is taken back from few thieves is taken once") {
  exploration how;
  how.surprises = 3;
  how.store_buffers = true;
  const auto done = explore("take back", how, [] { take_back_against_a_thief(thieves::few); });
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("who pushes sees who sleeps, or is seen, with store buffers") {
  exploration how;
  how.surprises = 3;
  how.store_buffers = true;
  const auto done = explore("push against a parker", how, &push_against_a_parker);
  CHECK(done.complete_up_to >= 2);
}
