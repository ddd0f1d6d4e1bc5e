#include <weft/runtime/blocking.hpp>

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace {

using namespace std::chrono_literals;
using weft::task;
using weft::test::every_model;
using weft::test::run_under;
using weft::test::serving_models;

task<std::unique_ptr<int>> box_elsewhere(int value) {
  auto boxed = co_await weft::blocking([value] { return std::make_unique<int>(value); });
  co_return boxed;
}

TEST_CASE("blocking gives what the call returns, also what can only be moved") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(*run_under(m, box_elsewhere(7)) == 7);
  }
}

task<> fail_elsewhere() {
  co_await weft::blocking([] { throw std::runtime_error("blocked and failed"); });
}

TEST_CASE("blocking rethrows what the call throws") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK_THROWS_WITH(run_under(m, fail_elsewhere()), "blocked and failed");
  }
}

task<bool> is_elsewhere() {
  const auto here = std::this_thread::get_id();
  const auto there = co_await weft::blocking([] { return std::this_thread::get_id(); });
  co_return here != there;
}

TEST_CASE("the call runs on a thread that runs no tasks") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    CHECK(run_under(m, is_elsewhere()));
  }
}

/// Lets nobody pass before `count` have come.
class meeting {
public:
  explicit meeting(int count) : missing_(count) {}
  bool arrive() {
    std::unique_lock lock(mutex_);
    if (--missing_ == 0) all_here_.notify_all();
    return all_here_.wait_for(lock, 30s, [this] { return missing_ <= 0; });
  }

private:
  std::mutex mutex_;
  std::condition_variable all_here_;
  int missing_;
};

task<> meet(meeting& place, std::atomic<int>& met) {
  const bool complete = co_await weft::blocking([&place] { return place.arrive(); });
  met += complete ? 1 : 0;
}

task<int> meet_all(int count) {
  meeting place(count);
  std::atomic<int> met = 0;
  weft::task_group group;
  for (int i = 0; i < count; ++i) group.go(meet(place, met));
  co_await group.join();
  co_return met.load();
}

TEST_CASE("calls block beside each other and not the worker that runs the tasks") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    CHECK(run_under(m, meet_all(16)) == 16);
  }
}

task<> count_elsewhere(std::atomic<int>& now, std::atomic<int>& most) {
  co_await weft::blocking([&now, &most] {
    const int here = ++now;
    for (int seen = most; here > seen && !most.compare_exchange_weak(seen, here);) {}
    std::this_thread::sleep_for(1ms);
    --now;
  });
}

task<int> most_at_once(int count) {
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  weft::task_group group;
  for (int i = 0; i < count; ++i) group.go(count_elsewhere(now, most));
  co_await group.join();
  co_return most.load();
}

TEST_CASE("at most 64 calls block at once, more of them queue") {
  const int most = run_under({"event_loop", weft::event_loop{}}, most_at_once(300));
  CHECK(most > 1);
  CHECK(most <= 64);
}

task<bool> block_when_cancelled() {
  const auto outcome = co_await weft::sleep(1h);
  const int value = co_await weft::blocking([] { return 7; });
  co_return outcome&& value == 7;
}

task<bool> cancel_blocking(bool before) {
  auto victim = weft::go(block_when_cancelled());
  if (!before) (void)co_await weft::sleep(1ms);
  victim.cancel();
  const bool ran = co_await victim.join();
  co_return ran;
}

TEST_CASE("a cancelled task still runs a blocking call to its end") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_blocking(true)));
    CHECK(run_under(m, cancel_blocking(false)));
  }
}

task<int> call_again_and_again(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await weft::blocking([] { return 1; });
  co_return sum;
}

TEST_CASE("the results of many short calls come back to their tasks") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, call_again_and_again(1'000)) == 1'000);
  }
}

TEST_CASE("a blocking call that is not awaited does not run") {
  bool ran = false;
  {
    const auto unused = weft::blocking([&ran] { ran = true; });
    (void)unused;
  }
  CHECK_FALSE(ran);
}

}  // namespace
