// Tasks that wait for tasks in their own frame: several that win at once, a deadline that passes
// while its task ends, and a cancel from outside that comes to all of them.

#include "testing/interleave/explore.hpp"

#include <weft/runtime/channel.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/when_any.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

namespace {

using namespace std::chrono_literals;
using weft::channel;
using weft::condition;
using weft::detail::os_thread;
using weft::task;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

task<int> receive(channel<int>& from, int& ended) {
  const auto value = co_await from.recv();
  ++ended;
  co_return value ? *value : 0;
}

// Both competitors are woken at once, by two threads.
task<> race(channel<int>& left, channel<int>& right) {
  int left_ended = 0;
  int right_ended = 0;
  os_thread first([&] { (void)left.blocking_send(1); });
  os_thread second([&] {
    int value = 2;
    (void)right.try_send(value);
  });
  const auto won = co_await weft::when_any(receive(left, left_ended), receive(right, right_ended));
  must(left_ended == 1 && right_ended == 1, "when_any() has left a loser behind");
  const int value = won.index() == 0 ? std::get<0>(won) : std::get<1>(won);
  must(value == static_cast<int>(won.index()) + 1, "the winner's value is another's");
  left.close();
  first.join();
  second.join();
}

void two_win() {
  channel<int> left;
  channel<int> right;
  weft::scheduler s(weft::event_loop{});
  s.run(race(left, right));
}

task<weft::result<int>> receive_result(channel<int>& from) { co_return co_await from.recv(); }

task<> limit(channel<int>& from, bool& sent) {
  os_thread sender([&] {
    int value = 7;
    sent = from.try_send(value);
  });
  const auto got = co_await weft::with_timeout(1ms, receive_result(from));
  if (got) must(*got == 7, "the value is wrong");
  else must(got.error() == condition::timed_out, "a deadline is told as something else");
  sender.join();
  must(bool(got) == sent, "a value that was taken was lost at the deadline, or came from nowhere");
}

void deadline_against_value() {
  channel<int> from;
  bool sent = false;
  weft::scheduler s(weft::event_loop{});
  s.run(limit(from, sent));
}

task<> limit_in_a_group(channel<int>& from, int& timed_out, int& canceled) {
  const auto got = co_await weft::with_timeout(1ms, receive_result(from));
  if (got.error() == condition::timed_out) ++timed_out;
  else if (got.error() == condition::canceled) ++canceled;
}

task<> cancel_a_limit(channel<int>& from) {
  int timed_out = 0;
  int canceled = 0;
  weft::task_group group;
  group.go(limit_in_a_group(from, timed_out, canceled));
  os_thread canceller([&] { group.cancel(); });
  co_await group.join();
  canceller.join();
  must(timed_out + canceled == 1, "a limited task ended neither way, or both");
}

void deadline_against_cancel() {
  channel<int> from;
  weft::scheduler s(weft::event_loop{});
  s.run(cancel_a_limit(from));
}

// The worker that keeps the time is not the one where the task goes on.
task<> limit_a_silence(channel<int>& silent) {
  const auto got = co_await weft::with_timeout(1ms, receive_result(silent));
  must(got.error() == condition::timed_out, "a deadline is told as something else");
}

task<> limit_two_silences(channel<int>& silent) {
  weft::task_group group;
  group.go(limit_a_silence(silent));
  group.go(limit_a_silence(silent));
  co_await group.join();
}

void deadlines_on_two_workers() {
  channel<int> silent;
  weft::scheduler s(weft::parallel{.workers = 2});
  s.run(limit_two_silences(silent));
}

exploration on_two_workers() {
  exploration how;
  how.counts_every_choice = true;
  how.cap = 2'000;
  how.random = 1'000;
  how.priorities = 2'000;
  return how;
}

exploration of_two() {
  exploration how;
  how.cap = 4'000;
  return how;
}

}  // namespace

TEST_CASE("when_any has one winner where two end at once, and waits for the other") {
  const auto done = explore("when_any", of_two(), &two_win);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("a value that comes at the deadline is received, or was not taken") {
  const auto done = explore("deadline, value", of_two(), &deadline_against_value);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("a cancel at the deadline ends the task one way") {
  const auto done = explore("deadline, cancel", of_two(), &deadline_against_cancel);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("a deadline that one worker sees pass is told to the task on another") {
  explore("deadlines, two workers", on_two_workers(), &deadlines_on_two_workers);
}
