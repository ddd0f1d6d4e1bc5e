#include "testing/interleave/explore.hpp"

#include <weft/runtime/cancel_window.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/detail/task_context.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

namespace {

using weft::cancel_window;
using weft::channel;
using weft::condition;
using weft::detail::atomic;
using weft::detail::os_thread;
using weft::detail::task_context;
using weft::task;
using weft::task_group;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

struct outcome {
  int received = 0;
  int canceled = 0;
};

task<> receive_one(channel<int>& values, outcome& o) {
  auto value = co_await values.recv();
  if (value) ++o.received;
  else if (value.error() == condition::canceled) ++o.canceled;
}

// A frame of its own around the wait, which goes before the task ends.
task<> receive_inside(channel<int>& values, outcome& o) { co_await receive_one(values, o); }

// A task that was made ready twice would run once more here.
task<> look_round() { (void)co_await weft::sleep(std::chrono::milliseconds(1)); }

// A cancel from another thread meets the value from a third one.
task<> cancel_against_value(outcome& o, bool& sent) {
  channel<int> values;
  task_group group;
  group.go(receive_inside(values, o));
  os_thread canceller([&] { group.cancel(); });
  os_thread sender([&] {
    int value = 1;
    sent = values.try_send(value);
  });
  co_await group.join();
  canceller.join();
  sender.join();
  co_await look_round();
}

void receiver_is_cancelled() {
  outcome o;
  bool sent = false;
  weft::scheduler s(weft::event_loop{});
  s.run(cancel_against_value(o, sent));
  must(o.received + o.canceled == 1, "a receiver ended neither by its value nor by the cancel");
  must(o.received == (sent ? 1 : 0), "a value that was taken was not received");
}

task<> sleep_long(outcome& o) {
  const auto error = co_await weft::sleep(std::chrono::hours(1));
  if (error == condition::canceled) ++o.canceled;
}

task<> cancel_sleeper(outcome& o) {
  task_group group;
  group.go(sleep_long(o));
  os_thread canceller([&] { group.cancel(); });
  co_await group.join();
  canceller.join();
}

void sleeper_is_cancelled() {
  outcome o;
  weft::scheduler s(weft::event_loop{});
  s.run(cancel_sleeper(o));
  must(o.canceled == 1, "a cancelled task slept to the end");
}

// Two cancel the same task, one through its group, while another task ends.
task<> cancel_twice(outcome& o) {
  channel<int> values(1);
  int value = 1;
  (void)values.try_send(value);
  task_group group;
  group.go(receive_one(values, o));
  auto child = group.go(receive_inside(values, o));
  os_thread first([&] { group.cancel(); });
  os_thread second([&] { child.cancel(); });
  co_await group.join();
  first.join();
  second.join();
}

void two_cancellers() {
  outcome o;
  weft::scheduler s(weft::event_loop{});
  s.run(cancel_twice(o));
  must(o.received <= 1 && o.received + o.canceled == 2, "a task ended neither way, or both");
}

task<> sleep_in(cancel_window& window, outcome& o) {
  window.open();
  co_await sleep_long(o);
  window.close();
}

// The second sleep is none of the window's.
task<> sleep_twice(cancel_window& window, outcome& o) {
  co_await sleep_in(window, o);
  co_await sleep_long(o);
}

// The task's window is cancelled, and that is taken back, while its group is cancelled too.
task<> cancel_window_and_group(outcome& o) {
  cancel_window window;
  task_group group;
  group.go(sleep_twice(window, o));
  os_thread first([&] { window.cancel(); });
  os_thread second([&] { group.cancel(); });
  co_await group.join();
  first.join();
  second.join();
}

void window_in_a_cancelled_group() {
  outcome o;
  weft::scheduler s(weft::event_loop{});
  s.run(cancel_window_and_group(o));
  must(o.canceled == 2, "a task whose group is cancelled slept to the end");
}

struct watched_task {
  atomic<task_context*> context{nullptr};
  atomic<int> received{0};
};

task<> receive_all(channel<int>& values, watched_task& w) {
  w.context.store(weft::detail::current_context(), std::memory_order_release);
  int received = 0;
  for (;;) {
    const auto value = co_await values.recv();
    if (!value) co_return;
    w.received.store(++received, std::memory_order_relaxed);
  }
}

void look_at(watched_task& w) {
  task_context* const context = w.context.load(std::memory_order_acquire);
  if (context == nullptr || !context->pin()) return;
  const int before = w.received.load(std::memory_order_relaxed);
  must(w.received.load(std::memory_order_relaxed) == before, "a task ran while it was pinned");
  context->unpin();
}

// As a dump does.
task<> pin_a_receiver(watched_task& w) {
  channel<int> values(2);
  task_group group;
  group.go(receive_all(values, w));
  co_await weft::yield();
  os_thread looks([&] { look_at(w); });
  for (int value = 0; value < 2; ++value) {
    int copy = value;
    (void)values.try_send(copy);
    co_await weft::yield();
  }
  looks.join();
  values.close();
  co_await group.join();
}

void pinned_while_it_goes_on() {
  watched_task w;
  weft::scheduler s(weft::event_loop{});
  s.run(pin_a_receiver(w));
}

}  // namespace

TEST_CASE("a receiver that is cancelled while its value comes ends once and loses no value") {
  exploration how;
  const auto done = explore("cancel against value", how, &receiver_is_cancelled);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("a cancel ends a sleep at once, whenever it comes") {
  exploration how;
  how.early_time_outs = false;
  const auto done = explore("cancel a sleeper", how, &sleeper_is_cancelled);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("a cancel ends a sleep at once, with store buffers") {
  exploration how;
  how.early_time_outs = false;
  how.store_buffers = true;
  const auto done = explore("cancel a sleeper, store buffers", how, &sleeper_is_cancelled);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("two that cancel the same tasks do it once") {
  exploration how;
  const auto done = explore("two cancellers", how, &two_cancellers);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("a cancel that is taken back leaves that of the scope") {
  exploration how;
  how.early_time_outs = false;
  const auto done = explore("window and group", how, &window_in_a_cancelled_group);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("a pinned task does not go on, with store buffers") {
  exploration how;
  how.store_buffers = true;
  const auto done = explore("pin", how, &pinned_while_it_goes_on);
  CHECK(done.complete_up_to >= 1);
}
