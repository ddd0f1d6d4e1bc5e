// The whole scheduler with few threads. The searches are not complete here: the number of threads
// and steps allows no more than what the caps and seeds reach.

#include "testing/interleave/explore.hpp"

#include <weft/runtime/channel.hpp>
#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/io_driver.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <coroutine>
#include <memory>
#include <mutex>
#include <utility>

namespace {

using weft::channel;
using weft::detail::os_thread;
using weft::task;
using weft::task_group;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

exploration of_many_threads() {
  exploration how;
  how.counts_every_choice = true;
  how.cap = 2'000;
  how.random = 1'000;
  how.priorities = 3'000;
  return how;
}

task<int> return_seven() { co_return 7; }

task<> count(weft::detail::atomic<int>& counter) {
  counter.fetch_add(1);
  co_return;
}

// ------------------------------------------------------------------ start, stop, join

void run_twice() {
  weft::scheduler s(weft::parallel{.workers = 2});
  must(s.run(return_seven()) == 7, "run() returned something else");
  must(s.run(return_seven()) == 7, "run() returned something else");
}

task<> start_and_join(weft::detail::atomic<int>& counter) {
  auto first = weft::go(count(counter));
  auto second = weft::go(count(counter));
  co_await first.join();
  co_await second.join();
  auto dropped = weft::go(count(counter));
}

void join_children() {
  weft::detail::atomic<int> counter{0};
  weft::scheduler s(weft::parallel{.workers = 2});
  s.run(start_and_join(counter));
  must(counter.load() == 3, "a task did not run once");
}

task<> nest(weft::detail::atomic<int>& counter) {
  task_group group;
  group.go(count(counter));
  group.go(count(counter));
  co_await group.join();
}

task<> nest_twice(weft::detail::atomic<int>& counter) {
  task_group group;
  group.go(nest(counter));
  group.go(nest(counter));
  co_await group.join();
}

void join_groups() {
  weft::detail::atomic<int> counter{0};
  weft::scheduler s(weft::parallel{.workers = 2});
  s.run(nest_twice(counter));
  must(counter.load() == 4, "a task did not run once");
}

task<> receive_for_ever(channel<int>& nothing) { (void)co_await nothing.recv(); }

// Where another worker runs this, the scope gets a list for that worker's children.
task<> start_one_that_waits(channel<int>& nothing) {
  auto dropped = weft::go(receive_for_ever(nothing));
  co_return;
}

task<> start_and_cancel() {
  channel<int> nothing;
  task_group group;
  group.go(start_one_that_waits(nothing));
  group.go(start_one_that_waits(nothing));
  group.cancel();
  co_await group.join();
}

void cancel_while_children_start_others() {
  weft::scheduler s(weft::parallel{.workers = 2});
  s.run(start_and_cancel());
}

// ------------------------------------------------------------------ parking and waking

task<> send_one(channel<int>& values) { (void)co_await values.send(1); }

task<int> receive_two(channel<int>& values) {
  auto first = co_await values.recv();
  auto second = co_await values.recv();
  co_return first&& second ? *first + *second : 0;
}

// The workers may all be asleep when another thread's tasks come.
void spawn_from_outside(const weft::model& m) {
  channel<int> values;
  weft::scheduler s(m);
  os_thread outside([&] {
    s.spawn(send_one(values));
    s.spawn(send_one(values));
  });
  must(s.run(receive_two(values)) == 2, "a value from outside is wrong");
  outside.join();
}

task<> ping(channel<int>& there, channel<int>& back) {
  (void)co_await there.send(1);
  auto value = co_await back.recv();
  must(value && *value == 2, "the answer is wrong");
}

task<> pong(channel<int>& there, channel<int>& back) {
  auto value = co_await there.recv();
  must(value && *value == 1, "the question is wrong");
  (void)co_await back.send(2);
}

task<> play() {
  channel<int> there;
  channel<int> back;
  task_group group;
  group.go(ping(there, back));
  group.go(pong(there, back));
  co_await group.join();
}

void exchange(const weft::model& m) {
  weft::scheduler s(m);
  s.run(play());
}

task<> sleep_a_little() { (void)co_await weft::sleep(std::chrono::milliseconds(1)); }

task<> sleep_beside_work() {
  task_group group;
  group.go(sleep_a_little());
  group.go(sleep_a_little());
  co_await weft::yield();
  co_await group.join();
}

void sleepers() {
  weft::scheduler s(weft::parallel{.workers = 2});
  s.run(sleep_beside_work());
}

// ------------------------------------------------------------------ the I/O driver's token

/// A driver with one device: who waits for it is woken by poll() or block() after fire().
class device_driver : public weft::io_driver {
public:
  void fire() {
    std::lock_guard lock(mutex_);
    fired_ = true;
    changed_.notify_one();
  }
  void wait_with(weft::detail::task_handle h) {
    std::lock_guard lock(mutex_);
    waiter_ = h;
    changed_.notify_one();
  }

  bool try_acquire() noexcept override { return !taken_.exchange(true); }
  void release() noexcept override { taken_.store(false); }
  bool poll() override {
    std::lock_guard lock(mutex_);
    return deliver();
  }
  void block(weft::duration timeout) override {
    std::unique_lock lock(mutex_);
    const auto is_over = [this] { return interrupted_ || can_deliver(); };
    if (timeout < weft::duration::zero()) changed_.wait(lock, is_over);
    else (void)changed_.wait_for(lock, timeout, is_over);
    interrupted_ = false;
    deliver();
  }
  void interrupt() noexcept override {
    std::lock_guard lock(mutex_);
    interrupted_ = true;
    changed_.notify_one();
  }

private:
  bool can_deliver() const { return fired_ && waiter_; }
  bool deliver() {
    if (!can_deliver()) return false;
    weft::detail::make_ready(std::exchange(waiter_, nullptr));
    return true;
  }

  weft::detail::atomic<bool> taken_{false};
  weft::detail::os_mutex mutex_;
  weft::detail::os_condition changed_;
  weft::detail::task_handle waiter_;
  bool fired_ = false;
  bool interrupted_ = false;
};

std::unique_ptr<weft::io_driver> make_device(weft::io_kind) {
  return std::make_unique<device_driver>();
}
device_driver& device() {
  return static_cast<device_driver&>(weft::attached_io_driver(&make_device));
}

class device_awaiter {
public:
  bool await_ready() const noexcept { return false; }
  template <weft::detail::weft_promise Promise>
  void await_suspend(std::coroutine_handle<Promise> h) {
    device().wait_with(weft::detail::erase(h));
  }
  void await_resume() const noexcept {}
};

task<int> receive_with_driver(channel<int>& values) {
  device();
  auto value = co_await values.recv();
  co_return value ? *value : 0;
}

void wake_a_worker_in_io() {
  channel<int> values;
  weft::scheduler s(weft::parallel{.workers = 2});
  os_thread outside([&] { s.spawn(send_one(values)); });
  must(s.run(receive_with_driver(values)) == 1, "the value from outside is wrong");
  outside.join();
}

task<> wait_for_device() {
  os_thread outside([&d = device()] { d.fire(); });
  device_awaiter fired;
  co_await fired;
  outside.join();
}

// Nobody pushes a task here: the device has to find a worker in block().
void watch_the_device() {
  weft::scheduler s(weft::parallel{.workers = 2});
  s.run(wait_for_device());
}

// ------------------------------------------------------------------ gil and spares

task<> pass_checkpoints(weft::detail::atomic<int>& inside) {
  for (int i = 0; i < 2; ++i) {
    must(inside.fetch_add(1) == 0, "two tasks run under the gil");
    inside.fetch_sub(1);
    weft::checkpoint();
  }
  co_return;
}

task<> run_under_the_gil(weft::detail::atomic<int>& inside) {
  task_group group;
  group.go(pass_checkpoints(inside));
  group.go(pass_checkpoints(inside));
  co_await group.join();
}

void gil_with_two_threads() {
  weft::detail::atomic<int> inside{0};
  weft::scheduler s(weft::gil{.threads = 2});
  s.run(run_under_the_gil(inside));
}

task<> raise(weft::detail::atomic<bool>& flag) {
  flag.store(true);
  co_return;
}

// The only worker is in one slice until its child has run: a spare has to run it.
task<> hold_the_worker() {
  weft::detail::atomic<bool> flag{false};
  auto child = weft::go(raise(flag));
  while (!flag.load()) weft::detail::give_way();
  co_await child.join();
  co_await weft::yield();
}

task<> hold_then_receive(channel<int>& values) {
  co_await hold_the_worker();
  (void)co_await receive_two(values);
}

// Wake-ups that go to a spare which is not needed any more.
void spare_retires() {
  channel<int> values;
  weft::scheduler s(weft::parallel{.workers = 1});
  os_thread outside([&] {
    s.spawn(send_one(values));
    s.spawn(send_one(values));
  });
  s.run(hold_then_receive(values));
  outside.join();
}

void spare_takes_over() {
  weft::scheduler s(weft::parallel{.workers = 1});
  s.run(hold_the_worker());
}

}  // namespace

TEST_CASE("a parallel scheduler starts and stops, twice") {
  explore("start and stop", of_many_threads(), &run_twice);
}

TEST_CASE("children on two workers run once and are joined") {
  explore("join", of_many_threads(), &join_children);
}

TEST_CASE("groups inside of groups join all children on two workers") {
  explore("groups", of_many_threads(), &join_groups);
}

TEST_CASE("a cancel reaches children that two workers start meanwhile") {
  explore("cancel and go", of_many_threads(), &cancel_while_children_start_others);
}

TEST_CASE("a task from another thread wakes a parallel scheduler") {
  explore("parallel, from outside", of_many_threads(),
          [] { spawn_from_outside(weft::parallel{.workers = 2}); });
}

TEST_CASE("a task from another thread wakes an event loop") {
  exploration how;
  how.surprises = 3;
  how.cap = 100'000;
  const auto done =
      explore("event_loop, from outside", how, [] { spawn_from_outside(weft::event_loop{}); });
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("a task from another thread wakes a gil scheduler") {
  explore("gil, from outside", of_many_threads(),
          [] { spawn_from_outside(weft::gil{.threads = 2}); });
}

TEST_CASE("two tasks on two workers hand values to each other") {
  explore("exchange", of_many_threads(), [] { exchange(weft::parallel{.workers = 2}); });
}

TEST_CASE("two workers see the timers of both") {
  explore("sleepers", of_many_threads(), &sleepers);
}

TEST_CASE("a worker that sleeps in the driver is woken for a task from outside") {
  explore("driver", of_many_threads(), &wake_a_worker_in_io);
}

TEST_CASE("while a task waits for I/O some worker watches the driver") {
  explore("device", of_many_threads(), &watch_the_device);
}

TEST_CASE("one task at a time runs under the gil") {
  explore("gil", of_many_threads(), &gil_with_two_threads);
}

TEST_CASE("a spare worker runs what a long slice keeps waiting") {
  explore("spare", of_many_threads(), &spare_takes_over);
}

TEST_CASE("a spare that retires passes on what it was woken for") {
  explore("retiring", of_many_threads(), &spare_retires);
}

TEST_CASE("a task from another thread wakes the home it was dealt to") {
  explore("sharded, from outside", of_many_threads(),
          [] { spawn_from_outside(weft::sharded{.shards = 2}); });
}

TEST_CASE("a task from another thread gets a thread of its own") {
  explore("threads, from outside", of_many_threads(),
          [] { spawn_from_outside(weft::threads{.max = 3}); });
}

TEST_CASE("two tasks with a thread each hand values to each other") {
  explore("threads, exchange", of_many_threads(), [] { exchange(weft::threads{.max = 3}); });
}
