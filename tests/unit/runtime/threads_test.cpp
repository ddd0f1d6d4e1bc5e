#include <weft/runtime/channel.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::channel;
using weft::scheduler;
using weft::task;
using weft::threads;
using thread_id = std::thread::id;

thread_id here() { return std::this_thread::get_id(); }

/// Where threads, not tasks, wait for each other.
class meeting {
public:
  explicit meeting(int expected) : missing_(expected) {}

  /// Blocks the thread. @return whether all came
  bool attend() {
    std::unique_lock lock(mutex_);
    if (--missing_ == 0) complete_.notify_all();
    return complete_.wait_for(lock, 10s, [this] { return missing_ <= 0; });
  }

private:
  std::mutex mutex_;
  std::condition_variable complete_;
  int missing_;
};

task<bool> attend(meeting& all) { co_return all.attend(); }

task<int> meet(int count) {
  meeting all(count);
  std::vector<weft::join_handle<bool>> handles;
  for (int i = 0; i < count; ++i) handles.push_back(weft::go(attend(all)));
  int came = 0;
  for (auto& handle : handles) came += co_await handle.join() ? 1 : 0;
  co_return came;
}

TEST_CASE("under threads each task has a thread of its own, far more than 64 of them") {
  scheduler s(threads{.max = 151});
  CHECK(s.run(meet(150)) == 150);
  CHECK(s.run(meet(100)) == 100);
}

task<thread_id> where() {
  co_await weft::yield();
  (void)co_await weft::sleep(1ms);
  co_return here();
}

task<bool> await_at_home() {
  const thread_id home = here();
  const thread_id inner = co_await where();
  co_return inner == home&& here() == home;
}

TEST_CASE("under threads an awaited task runs on its awaiter's thread") {
  scheduler s(threads{});
  CHECK(s.run(await_at_home()));
}

task<bool> elsewhere_and_back() {
  const thread_id home = here();
  auto child = weft::go(where());
  const thread_id there = co_await child.join();
  co_return there != home&& here() == home;
}

TEST_CASE("under threads a joiner goes on at home") {
  scheduler s(threads{});
  CHECK(s.run(elsewhere_and_back()));
}

task<int> count_threads_of_a_row(int tasks) {
  std::set<thread_id> seen;
  for (int i = 0; i < tasks; ++i) {
    auto child = weft::go(where());
    seen.insert(co_await child.join());
  }
  co_return static_cast<int>(seen.size());
}

TEST_CASE("under threads a thread whose task has ended takes the next task") {
  scheduler s(threads{});
  // Two, where the join is seen before the first thread is done with its task.
  CHECK(s.run(count_threads_of_a_row(50)) <= 2);
}

task<int> fibonacci(int n) {
  if (n < 2) co_return n;
  auto left = weft::go(fibonacci(n - 1));
  auto right = weft::go(fibonacci(n - 2));
  int sum = co_await left.join();
  sum += co_await right.join();
  co_return sum;
}

TEST_CASE("tasks that share the last threads wait for their children without a deadlock") {
  for (const unsigned most : {1U, 2U, 3U, 8U}) {
    CAPTURE(most);
    scheduler s(threads{.max = most});
    CHECK(s.run(fibonacci(12)) == 144);
  }
}

task<> count_to(std::atomic<int>& mine, std::atomic<int>& other, int last,
                std::atomic<int>& stuck) {
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (mine < last) {
    if (other >= mine) ++mine;
    else if (std::chrono::steady_clock::now() > end) break;
  }
  if (mine < last) ++stuck;
  co_return;
}

task<int> compute_in_step() {
  std::atomic<int> left = 0;
  std::atomic<int> right = 0;
  std::atomic<int> stuck = 0;
  weft::task_group group;
  group.go(count_to(left, right, 3, stuck));
  group.go(count_to(right, left, 3, stuck));
  co_await group.join();
  co_return stuck.load();
}

TEST_CASE("under threads the kernel preempts tasks that neither wait nor check") {
  scheduler s(threads{});
  CHECK(s.run(compute_in_step()) == 0);
}

task<> pass_on(channel<int>& in, channel<int>& out) {
  for (;;) {
    auto value = co_await in.recv();
    if (!value) break;
    (void)co_await out.send(*value + 1);
  }
  out.close();
}

task<int> pipeline(int stages, int values) {
  std::vector<std::unique_ptr<channel<int>>> links;
  for (int i = 0; i <= stages; ++i) links.push_back(std::make_unique<channel<int>>());
  weft::task_group group;
  for (std::size_t i = 0; i < static_cast<std::size_t>(stages); ++i) {
    group.go(pass_on(*links[i], *links[i + 1]));
  }
  int sum = 0;
  for (int i = 0; i < values; ++i) {
    (void)co_await links.front()->send(0);
    sum += *co_await links.back()->recv();
  }
  links.front()->close();
  co_await group.join();
  co_return sum;
}

TEST_CASE("values go from thread to thread and no wake-up is lost") {
  scheduler s(threads{.max = 100});
  CHECK(s.run(pipeline(80, 20)) == 1'600);
}

}  // namespace
