#include "samples.hpp"

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/semaphore.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <thread>

using weft::semaphore;
using weft::task;

namespace {

constexpr std::size_t seats = 5;
constexpr int meals = 3;

struct table {
  // A fork is a semaphore with one permit, and not a mutex: its wait can be cancelled.
  std::deque<semaphore> forks;
  std::array<int, seats> eaten{};

  table() {
    for (std::size_t i = 0; i < seats; ++i) forks.emplace_back(1);
  }
};

task<> dine(table& t, std::size_t seat, std::size_t first, std::size_t second) {
  for (int meal = 0; meal < meals; ++meal) {
    auto one = co_await t.forks[first].acquire();
    co_await weft::yield();  // thinks a little, with one fork in the hand
    auto other = co_await t.forks[second].acquire();
    if (!one || !other) co_return;
    ++t.eaten[seat];
  }
}

task<> dinner(table& t, bool in_order) {
  weft::task_group guests;
  for (std::size_t seat = 0; seat < seats; ++seat) {
    const auto left = seat;
    const auto right = (seat + 1) % seats;
    // In order: nobody waits for a lower fork while holding a higher one, so no circle can close.
    if (in_order) guests.go(dine(t, seat, std::min(left, right), std::max(left, right)));
    else guests.go(dine(t, seat, left, right));
  }
  co_await guests.join();
}

// Tries interleavings one after another, each given by its seed, until one is a deadlock.
bool can_starve() {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    table t;
    try {
      weft::scheduler(weft::deterministic{seed}).run(dinner(t, false));
    } catch (const weft::deadlock_error&) {
      return true;
    }
  }
  return false;
}

}  // namespace

task<> philosophers() {
  bool found = false;
  std::thread([&] {
    found = can_starve();
  }).join();  // a scheduler of its own, on a thread of its own
  std::printf("left fork first: %s\n",
              found ? "some interleaving starves them all" : "no deadlock found");
  table t;
  co_await dinner(t, true);
  for (std::size_t seat = 0; seat < seats; ++seat) {
    std::printf("philosopher %zu ate %d times\n", seat + 1, t.eaten[seat]);
  }
}
