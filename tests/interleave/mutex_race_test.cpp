#include "runtime/scheduler_core.hpp"
#include "testing/interleave/explore.hpp"

#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/detail/wait_notes.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <mutex>
#include <vector>

namespace {

using weft::detail::os_thread;
using weft::detail::wanted_lock;
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

/// As a stall_watch has it while it lives.
class watched_locks {
public:
  watched_locks() { weft::detail::note_keepers.fetch_add(weft::detail::lock_watcher); }
  ~watched_locks() { weft::detail::note_keepers.fetch_sub(weft::detail::lock_watcher); }
  watched_locks(const watched_locks&) = delete;
  watched_locks& operator=(const watched_locks&) = delete;
};

task<> hold_for_a_turn(weft::mutex& m) {
  const auto held = co_await m.lock();
  co_await weft::yield();
}

task<> two_hold_for_a_turn(weft::mutex& m) {
  task_group group;
  group.go(hold_for_a_turn(m));
  group.go(hold_for_a_turn(m));
  co_await group.join();
}

// A thread holds the mutex while two tasks come, and a watch looks.
void watch_looks() {
  const watched_locks watched;
  weft::mutex mutex;
  weft::scheduler s(weft::event_loop{});
  must(mutex.try_lock(), "a new mutex is locked");
  os_thread holder([&] { const weft::mutex::lock_guard held(mutex); });
  os_thread watch([&] {
    for (const wanted_lock& wanted : s.core().lock_waits().look()) {
      must(wanted.lock == &mutex && wanted.waiting >= 1, "a mutex that nobody wants");
    }
  });
  s.run(two_hold_for_a_turn(mutex));
  holder.join();
  watch.join();
  must(mutex.try_lock(), "the mutex stayed locked");
}

task<> look_at_two_holds(weft::scheduler& s, weft::mutex& m) {
  task_group group;
  std::vector<wanted_lock> early;
  {
    const auto held = co_await m.lock();
    group.go(hold_for_a_turn(m));
    group.go(hold_for_a_turn(m));
    for (int i = 0; i < 3; ++i) co_await weft::yield();
    early = s.core().lock_waits().look();
  }
  std::vector<wanted_lock> late;
  while (late.empty()) {
    co_await weft::yield();
    late = s.core().lock_waits().look();
  }
  co_await group.join();
  must(early.size() == 1 && early[0].waiting == 2, "not both wait");
  must(late.size() == 1 && late[0].waiting == 1, "the next holder keeps nobody waiting");
  must(early[0].holder != 0 && late[0].holder != 0, "a holder has no number");
  must(early[0].holder != late[0].holder, "the first still holds it");
  must(early[0].unlocks != late[0].unlocks, "two holds are taken for one");
}

void watch_sees_two_holds() {
  const watched_locks watched;
  weft::mutex mutex;
  weft::scheduler s(weft::event_loop{});
  s.run(look_at_two_holds(s, mutex));
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

TEST_CASE("a watch may look at a mutex at any time, and sees who waits") {
  exploration how;
  const auto done = explore("watch looks", how, &watch_looks);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("a watch tells one hold of a mutex from the next") {
  exploration how;
  const auto done = explore("watch sees two holds", how, &watch_sees_two_holds);
  CHECK(done.complete_up_to >= 0);
}
