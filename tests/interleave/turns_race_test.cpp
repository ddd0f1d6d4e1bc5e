// Who has the turn, and who hears of it: once, shared_mutex and broadcast on two workers, with a
// cancel or an end of the object that comes at any moment.

#include "testing/interleave/explore.hpp"

#include <weft/runtime/broadcast.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/once.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/shared_mutex.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {

using weft::condition;
using weft::detail::os_thread;
using weft::task;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

exploration on_two_workers() {
  exploration how;
  how.counts_every_choice = true;
  how.cap = 2'000;
  how.random = 1'000;
  how.priorities = 2'000;
  return how;
}

// ------------------------------------------------------------------ once

struct doings {
  weft::once once;
  weft::detail::atomic<int> at_it{0};
  weft::detail::atomic<int> done{0};
  weft::detail::atomic<int> knew{0};
  weft::detail::atomic<int> canceled{0};
};

task<> do_it(doings* d) {
  must(d->at_it.fetch_add(1) == 0, "two do it at once");
  co_await weft::yield();
  d->at_it.fetch_sub(1);
  must(d->done.fetch_add(1) == 0, "it was done twice");
}

task<> need_it(doings& d) {
  const auto ready = co_await d.once.call(do_it, &d);
  if (ready) must(d.done.load() == 1, "who needs it goes on before it is done");
  else must(ready.error() == condition::canceled, "a call failed");
  (ready ? d.knew : d.canceled).fetch_add(1);
}

task<> need_it_twice(doings& d) {
  weft::task_group group;
  group.go(need_it(d));
  group.go(need_it(d));
  co_await group.join();
}

void done_once() {
  doings d;
  weft::scheduler s(weft::parallel{.workers = 2});
  s.run(need_it_twice(d));
  must(d.knew.load() == 2, "somebody does not know that it is done");
}

// The cancel meets the end of it, and the turn that is passed on.
task<> need_it_until_cancelled(doings& d) {
  weft::task_group group;
  group.go(need_it(d));
  auto second = group.go(need_it(d));
  os_thread canceller([&] { second.cancel(); });
  co_await group.join();
  canceller.join();
}

void wait_for_once_is_cancelled() {
  doings d;
  weft::scheduler s(weft::event_loop{});
  s.run(need_it_until_cancelled(d));
  must(d.knew.load() + d.canceled.load() == 2, "a call ended neither way, or both");
  must(d.once.is_done(), "it was not done");
}

// ------------------------------------------------------------------ shared_mutex

struct shelf {
  weft::shared_mutex mutex;
  weft::detail::atomic<int> readers{0};
  weft::detail::atomic<int> writers{0};
  weft::detail::atomic<int> visits{0};
};

task<> read(shelf& s) {
  const auto held = co_await s.mutex.lock_shared();
  s.readers.fetch_add(1);
  must(s.writers.load() == 0, "somebody reads while another writes");
  s.readers.fetch_sub(1);
  s.visits.fetch_add(1);
}

task<> write(shelf& s) {
  const auto held = co_await s.mutex.lock();
  must(s.writers.fetch_add(1) == 0, "two write at once");
  must(s.readers.load() == 0, "somebody writes while another reads");
  s.writers.fetch_sub(1);
  s.visits.fetch_add(1);
}

task<> read_and_write(shelf& s) {
  weft::task_group group;
  group.go(write(s));
  group.go(read(s));
  group.go(write(s));
  co_await group.join();
}

void readers_and_writers() {
  shelf s;
  weft::scheduler tasks(weft::parallel{.workers = 2});
  tasks.run(read_and_write(s));
  must(s.visits.load() == 3, "somebody did not get the lock");
}

// ------------------------------------------------------------------ broadcast

task<int> listen(weft::broadcast_receiver<int>& mine) {
  int heard = 0;
  while (const auto value = co_await mine.recv()) heard = heard * 10 + *value;
  co_return heard;
}

task<> tell_two(weft::broadcast<int>& values, int& first, int& second) {
  weft::broadcast_receiver<int> one = values.subscribe();
  weft::broadcast_receiver<int> two = values.subscribe();
  weft::task_group group;
  auto other = group.go(listen(two));
  os_thread sender([&] {
    must(values.send(1) == 2, "a value does not go to all that listen");
    must(values.send(2) == 2, "a value does not go to all that listen");
    values.close();
  });
  first = co_await listen(one);
  second = co_await other.join();
  co_await group.join();
  sender.join();
}

void all_hear_all() {
  weft::broadcast<int> values(2);
  int first = 0;
  int second = 0;
  weft::scheduler s(weft::event_loop{});
  s.run(tell_two(values, first, second));
  must(first == 12 && second == 12, "somebody did not hear all, or not in order");
}

task<> listen_until_cancelled(weft::broadcast_receiver<int>& mine, int& heard, int& canceled) {
  const auto value = co_await mine.recv();
  if (value) heard = *value;
  else if (value.error() == condition::canceled) ++canceled;
}

task<> tell_against_a_cancel(weft::broadcast<int>& values) {
  weft::broadcast_receiver<int> mine = values.subscribe();
  int heard = 0;
  int canceled = 0;
  weft::task_group group;
  group.go(listen_until_cancelled(mine, heard, canceled));
  os_thread sender([&] { values.send(7); });
  os_thread canceller([&] { group.cancel(); });
  co_await group.join();
  sender.join();
  canceller.join();
  must((heard == 7) != (canceled == 1), "a receive ended neither way, or both");
  if (heard == 7) co_return;
  const auto again = co_await mine.recv();
  must(again && *again == 7, "a cancel has lost a value");
}

void receiver_is_cancelled() {
  weft::broadcast<int> values(2);
  weft::scheduler s(weft::event_loop{});
  s.run(tell_against_a_cancel(values));
}

}  // namespace

TEST_CASE("what two workers need is done once, and before either goes on") {
  explore("once", on_two_workers(), &done_once);
}

TEST_CASE("a call of once that is cancelled while it is done ends one way") {
  exploration how;
  const auto done = explore("once, cancel", how, &wait_for_once_is_cancelled);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("readers on two workers exclude writers, and all get the lock") {
  explore("shared_mutex", on_two_workers(), &readers_and_writers);
}

TEST_CASE("all who listen to a broadcast hear all of it, until it is closed") {
  exploration how;
  const auto done = explore("broadcast", how, &all_hear_all);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("a receive of a broadcast that is cancelled while its value comes loses nothing") {
  exploration how;
  const auto done = explore("broadcast, cancel", how, &receiver_is_cancelled);
  CHECK(done.complete_up_to >= 1);
}
