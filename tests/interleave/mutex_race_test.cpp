#include "testing/interleave/explore.hpp"

#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <mutex>

namespace {

using weft::detail::os_thread;
using weft::task;
using weft::task_group;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

/// A mutex and who is inside.
class guarded_section {
public:
  guarded_section() { weft::testing::call_it(mutex, "mutex"); }

  void pass() {
    must(inside_.fetch_add(1) == 0, "two hold the mutex");
    ++passes;
    inside_.fetch_sub(1);
  }

  weft::mutex mutex;
  int passes = 0;

private:
  weft::detail::atomic<int> inside_{0};
};

task<> lock_and_pass(guarded_section& section) {
  auto held = co_await section.mutex.lock();
  section.pass();
}

task<> two_lock(guarded_section& section) {
  task_group group;
  group.go(lock_and_pass(section));
  group.go(lock_and_pass(section));
  co_await group.join();
}

// A thread that runs no tasks holds the mutex while two tasks come.
void unlock_wakes() {
  guarded_section section;
  weft::scheduler s(weft::event_loop{});
  must(section.mutex.try_lock(), "a new mutex is locked");
  os_thread holder([&] {
    weft::mutex::lock_guard held(section.mutex);
    section.pass();
  });
  s.run(two_lock(section));
  holder.join();
  must(section.passes == 3, "somebody did not get the mutex");
  must(section.mutex.try_lock(), "the mutex stayed locked");
}

// The holder stays so long that the first waiter is starving, and gets the mutex by hand.
void unlock_hands_over() {
  guarded_section section;
  weft::scheduler s(weft::event_loop{});
  must(section.mutex.try_lock(), "a new mutex is locked");
  os_thread holder([&] {
    weft::mutex::lock_guard held(section.mutex);
    section.pass();
    weft::detail::os_mutex own;
    weft::detail::os_condition never;
    std::unique_lock lock(own);
    (void)never.wait_for(lock, std::chrono::milliseconds(5));
  });
  os_thread barger([&] {
    if (!section.mutex.try_lock()) return;
    weft::mutex::lock_guard held(section.mutex);
    section.pass();
  });
  s.run(two_lock(section));
  holder.join();
  barger.join();
  must(section.passes >= 3, "somebody did not get the mutex");
  must(section.mutex.try_lock(), "the mutex stayed locked");
}

}  // namespace

TEST_CASE("each task that waits for a mutex gets it, one at a time") {
  exploration how;
  const auto done = explore("unlock wakes", how, &unlock_wakes);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("a mutex that is handed over to a starving task has one owner") {
  exploration how;
  const auto done = explore("unlock hands over", how, &unlock_hands_over);
  CHECK(done.complete_up_to >= 1);
}
