#include "runtime/gil_lock.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using weft::detail::gil_lock;

TEST_CASE("nobody asks a holder to drop the lock while nobody waits") {
  gil_lock lock(1ms);
  lock.acquire();
  std::this_thread::sleep_for(5ms);
  CHECK(!lock.drop_requested());
  lock.release();
}

TEST_CASE("a waiter asks after an interval, not before, and gets the lock at the checkpoint") {
  gil_lock lock(20ms);
  lock.acquire();
  std::atomic<bool> has_it{false};
  const auto start = std::chrono::steady_clock::now();
  std::thread waiter([&] {
    lock.acquire();
    has_it.store(true);
    lock.release();
  });
  while (!lock.drop_requested()) std::this_thread::yield();
  CHECK(std::chrono::steady_clock::now() - start >= 20ms);
  CHECK(!has_it.load());
  lock.drop_on_request();
  // A forced switch: the dropper is back only after another had the lock.
  CHECK(has_it.load());
  CHECK(!lock.drop_requested());
  lock.release();
  waiter.join();
}

TEST_CASE("a holder that releases to wait for something lets a waiter in without an interval") {
  gil_lock lock(10s);
  lock.acquire();
  std::atomic<bool> has_it{false};
  std::thread waiter([&] {
    lock.acquire();
    has_it.store(true);
    lock.release();
  });
  std::this_thread::sleep_for(5ms);
  CHECK(!has_it.load());
  lock.release();
  waiter.join();
  CHECK(has_it.load());
}

TEST_CASE("a drop request that nobody waits for any more is forgotten") {
  gil_lock lock(1ms);
  lock.acquire();
  lock.drop_on_request();
  CHECK(!lock.drop_requested());
  lock.release();
}

TEST_CASE("at any time one thread holds the lock, however many checkpoints they pass") {
  gil_lock lock(100us);
  std::atomic<int> holders{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        lock.acquire();
        for (int step = 0; step < 50; ++step) {
          const int now = holders.fetch_add(1) + 1;
          if (now > most.load()) most.store(now);
          holders.fetch_sub(1);
          if (lock.drop_requested()) lock.drop_on_request();
        }
        lock.release();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(most.load() == 1);
}

TEST_CASE("a holder that takes the lock again after a release does not count as a switch") {
  // Two wait for 200 ms. The holder releases late in that time and has the lock again before the
  // one it woke: the other must still ask when its own interval is over.
  bool asked_in_time = false;
  for (int attempt = 0; attempt < 5 && !asked_in_time; ++attempt) {
    gil_lock lock(200ms);
    std::vector<std::thread> waiters;
    lock.acquire();
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 2; ++i) {
      waiters.emplace_back([&lock] {
        lock.acquire();
        lock.release();
      });
    }
    std::this_thread::sleep_for(180ms);
    lock.release();
    lock.acquire();
    while (!lock.drop_requested() && std::chrono::steady_clock::now() - start < 330ms) {
      std::this_thread::yield();
    }
    asked_in_time = lock.drop_requested();
    lock.release();
    for (auto& waiter : waiters) waiter.join();
  }
  CHECK(asked_in_time);
}
