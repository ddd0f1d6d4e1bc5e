#include "testing/interleave/explore.hpp"

#include <weft/runtime/channel.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

namespace {

using weft::channel;
using weft::condition;
using weft::detail::os_thread;
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

TEST_CASE("two that cancel the same tasks do it once") {
  exploration how;
  const auto done = explore("two cancellers", how, &two_cancellers);
  CHECK(done.complete_up_to >= 1);
}
