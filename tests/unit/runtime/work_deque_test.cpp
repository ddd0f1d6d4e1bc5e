#include "runtime/work_deque.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstdint>
#include <set>
#include <thread>
#include <vector>

using weft::detail::work_deque;

namespace {

void* item(std::uintptr_t number) { return reinterpret_cast<void*>(number * 16); }
std::uintptr_t number(void* item) { return reinterpret_cast<std::uintptr_t>(item) / 16; }

void take_all(work_deque& deque) {
  constexpr std::uintptr_t count = 200'000;
  constexpr int thieves = 3;
  std::atomic<bool> pushed_all{false};
  std::vector<std::vector<std::uintptr_t>> taken(thieves + 1);

  std::vector<std::thread> threads;
  for (int t = 0; t < thieves; ++t) {
    threads.emplace_back([&, t] {
      while (!pushed_all.load() || !deque.empty()) {
        if (void* got = deque.steal()) taken[static_cast<std::size_t>(t)].push_back(number(got));
      }
    });
  }
  for (std::uintptr_t i = 1; i <= count; ++i) {
    deque.push(item(i));
    // Popping right after a push fights with the thieves for the last item.
    if (i % 3 == 0) {
      if (void* got = deque.pop()) taken[thieves].push_back(number(got));
    }
  }
  while (void* got = deque.pop()) taken[thieves].push_back(number(got));
  pushed_all.store(true);
  for (auto& thread : threads) thread.join();

  std::set<std::uintptr_t> distinct;
  std::size_t total = 0;
  for (const auto& one : taken) {
    total += one.size();
    distinct.insert(one.begin(), one.end());
  }
  CHECK(total == count);
  CHECK(distinct.size() == count);
}

}  // namespace

TEST_CASE("the owner pops the newest item, a thief takes the oldest") {
  work_deque deque;
  for (std::uintptr_t i = 1; i <= 4; ++i) deque.push(item(i));
  CHECK(deque.pop() == item(4));
  CHECK(deque.steal() == item(1));
  CHECK(deque.pop() == item(3));
  CHECK(deque.steal() == item(2));
  CHECK(deque.pop() == nullptr);
  CHECK(deque.steal() == nullptr);
  CHECK(deque.empty());
}

TEST_CASE("a deque grows past its first array and keeps the order") {
  work_deque deque;
  constexpr std::uintptr_t count = 10'000;
  for (std::uintptr_t i = 1; i <= count; ++i) deque.push(item(i));
  for (std::uintptr_t i = 1; i <= count / 2; ++i) REQUIRE(deque.steal() == item(i));
  for (std::uintptr_t i = count; i > count / 2; --i) REQUIRE(deque.pop() == item(i));
  CHECK(deque.empty());
}

TEST_CASE("an empty deque can be used again") {
  work_deque deque;
  for (int round = 0; round < 1000; ++round) {
    deque.push(item(7));
    CHECK(deque.pop() == item(7));
    CHECK(deque.pop() == nullptr);
    deque.push(item(8));
    CHECK(deque.steal() == item(8));
    CHECK(deque.steal() == nullptr);
  }
}

TEST_CASE("every item is taken exactly once by an owner and its thieves") {
  work_deque deque;
  take_all(deque);
}

TEST_CASE("every item is taken exactly once where few thieves pay for the order") {
  using enum work_deque::thieves;
  work_deque deque(256, weft::detail::offers_process_barrier() ? few : some);
  take_all(deque);
}
