#include "runtime/gil_lock.hpp"

#include "testing/interleave/explore.hpp"

#include <weft/runtime/detail/threading.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

namespace {

using weft::detail::gil_lock;
using weft::detail::os_thread;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

/// Counts who is inside; a step that others can come between stands in the middle.
class section {
public:
  void pass() {
    must(inside_.fetch_add(1) == 0, "two threads hold the lock");
    inside_.fetch_sub(1);
  }

private:
  weft::detail::atomic<int> inside_{0};
};

void acquire_and_release() {
  gil_lock lock(std::chrono::milliseconds(5));
  section inside;
  weft::testing::call_it(lock, "gil");
  const auto pass = [&] {
    lock.acquire();
    inside.pass();
    lock.release();
  };
  os_thread other(pass);
  pass();
  pass();
  other.join();
}

void release_wakes() {
  const auto interval = std::chrono::seconds(5);
  gil_lock lock(interval);
  weft::testing::call_it(lock, "gil");
  const auto start = weft::detail::os_now();
  lock.acquire();
  os_thread other([&] {
    lock.acquire();
    lock.release();
  });
  lock.release();
  other.join();
  must(weft::detail::os_now() - start < interval, "a waiter slept until its interval was over");
}

// The holder never releases before the other one has had the lock: only the request lets it in.
void forced_switch() {
  gil_lock lock(std::chrono::milliseconds(5));
  section inside;
  weft::testing::call_it(lock, "gil");
  bool other_had_it = false;
  lock.acquire();
  os_thread other([&] {
    lock.acquire();
    inside.pass();
    other_had_it = true;
    lock.release();
  });
  while (!lock.drop_requested()) weft::detail::give_way();
  lock.drop_on_request();
  inside.pass();
  must(other_had_it, "a forced switch gave the lock to nobody");
  lock.release();
  other.join();
}

void three_with_checkpoints() {
  gil_lock lock(std::chrono::milliseconds(5));
  section inside;
  weft::testing::call_it(lock, "gil");
  const auto work = [&] {
    lock.acquire();
    inside.pass();
    if (lock.drop_requested()) lock.drop_on_request();
    inside.pass();
    lock.release();
  };
  os_thread second(work);
  os_thread third(work);
  work();
  second.join();
  third.join();
}

}  // namespace

TEST_CASE("one thread at a time holds the gil, and a release lets the next one in") {
  exploration how;
  const auto done = explore("acquire and release", how, &acquire_and_release);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("a release of the gil wakes a waiter before its interval is over") {
  exploration how;
  how.early_time_outs = false;
  const auto done = explore("a release wakes", how, &release_wakes);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("a holder that drops the gil on request gets it back after another has had it") {
  exploration how;
  const auto done = explore("forced switch", how, &forced_switch);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("three threads with checkpoints all get the gil") {
  exploration how;
  const auto done = explore("checkpoints", how, &three_with_checkpoints);
  CHECK(done.complete_up_to >= 1);
}
