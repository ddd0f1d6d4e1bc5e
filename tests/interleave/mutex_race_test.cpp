#include "runtime/scheduler_core.hpp"
#include "testing/interleave/explore.hpp"

#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/detail/wait_notes.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>

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

/// A mutex whose holders are threads, which a watch cannot tell apart by their numbers.
struct section_of_threads {
  section_of_threads() { weft::testing::call_it(mutex, "mutex"); }

  void hold_as(int number) {
    const weft::mutex::lock_guard held(mutex);
    holder.store(number);
    holder.store(0);
  }

  weft::mutex mutex;
  weft::detail::atomic<int> holder{0};
};

struct sight {
  std::vector<wanted_lock> wanted;
  int holder = 0;  // where it was the same before and after
};

sight look_at(section_of_threads& section, weft::scheduler& s) {
  sight seen;
  const int before = section.holder.load();
  seen.wanted = s.core().lock_waits().look();
  if (section.holder.load() == before) seen.holder = before;
  return seen;
}

bool is_one_hold(const sight& first, const sight& second) {
  return !first.wanted.empty() && !second.wanted.empty() &&
         first.wanted[0].unlocks == second.wanted[0].unlocks;
}

task<> lock_and_leave(weft::mutex& m) { const auto held = co_await m.lock(); }

task<> two_lock_and_leave(weft::mutex& m) {
  task_group group;
  group.go(lock_and_leave(m));
  group.go(lock_and_leave(m));
  co_await group.join();
}

// Two threads hold the mutex, one after the other, while two tasks come and a watch looks twice.
void watch_looks() {
  const watched_locks watched;
  section_of_threads section;
  weft::scheduler s(weft::event_loop{});
  must(section.mutex.try_lock(), "a new mutex is locked");
  os_thread first([&] { section.hold_as(1); });
  os_thread second([&] {
    if (section.mutex.try_lock()) section.hold_as(2);
  });
  os_thread watch([&] {
    const sight early = look_at(section, s);
    const sight late = look_at(section, s);
    for (const wanted_lock& wanted : late.wanted) {
      must(wanted.lock == &section.mutex && wanted.waiting >= 1, "a mutex that nobody wants");
    }
    const bool has_changed = early.holder != 0 && late.holder != 0 && early.holder != late.holder;
    must(!has_changed || !is_one_hold(early, late), "two holds are taken for one");
  });
  s.run(two_lock_and_leave(section.mutex));
  first.join();
  second.join();
  watch.join();
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

TEST_CASE("a watch that looks at a mutex sees who waits, and tells one hold from the next") {
  exploration how;
  how.random = 3'000;
  how.priorities = 3'000;
  const auto done = explore("watch looks", how, &watch_looks);
  CHECK(done.complete_up_to >= 0);
}
