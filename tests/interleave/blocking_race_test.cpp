#include "testing/interleave/explore.hpp"

#include <weft/runtime/blocking.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <mutex>

namespace {

using weft::task;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

/// Where two threads meet.
class meeting {
public:
  void attend() {
    std::unique_lock lock(mutex_);
    ++present_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return present_ >= 2; });
  }

private:
  weft::detail::os_mutex mutex_;
  weft::detail::os_condition changed_;
  int present_ = 0;
};

task<int> call_twice() {
  const int first = co_await weft::blocking([] { return 1; });
  const int second = co_await weft::blocking([] { return 2; });
  co_return first + second;
}

void one_after_the_other() {
  weft::scheduler s(weft::event_loop{});
  must(s.run(call_twice()) == 3, "a blocking call returned something else");
}

task<> attend(meeting& m) {
  co_await weft::blocking([&m] { m.attend(); });
}

task<> meet(meeting& m) {
  weft::task_group group;
  group.go(attend(m));
  group.go(attend(m));
  co_await group.join();
}

task<> call_then_meet(meeting& m) {
  co_await weft::blocking([] {});
  co_await meet(m);
}

// The two calls wait for each other: each needs a thread of its own, though one thread may be idle
// from the call before.
void two_that_meet() {
  meeting m;
  weft::scheduler s(weft::event_loop{});
  s.run(call_then_meet(m));
}

}  // namespace

TEST_CASE("a blocking call wakes its task, and the pool ends with the scheduler") {
  exploration how;
  const auto done = explore("blocking", how, &one_after_the_other);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("blocking calls that wait for each other each have a thread") {
  exploration how;
  const auto done = explore("blocking calls that meet", how, &two_that_meet);
  CHECK(done.complete_up_to >= 1);
}
