#include "testing/interleave/explore.hpp"

#include <weft/runtime/channel.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/select.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

namespace {

using weft::channel;
using weft::detail::os_thread;
using weft::task;
using weft::task_group;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

struct choice {
  int received = 0;
  int sum = 0;
  int timed_out = 0;
  int canceled = 0;
};

task<> choose_once(channel<int>& a, channel<int>& b, choice& c) {
  auto chosen =
      co_await weft::select(weft::recv(a), weft::recv(b), weft::after(std::chrono::seconds(1)));
  if (!chosen) {
    ++c.canceled;
  } else if (chosen.index() == 2) {
    ++c.timed_out;
  } else {
    auto& value = chosen.index() == 0 ? chosen.get<0>() : chosen.get<1>();
    must(bool(value), "an open channel ended");
    ++c.received;
    c.sum += *value;
  }
}

int try_send(channel<int>& to, int value) { return to.try_send(value) ? value : 0; }

// Partners on two threads, a timer and a cancel: one of them wins, the others keep what they have.
task<> choose_among_partners(choice& c, int& sent) {
  channel<int> a;
  channel<int> b;
  task_group group;
  group.go(choose_once(a, b, c));
  int sent_a = 0;
  int sent_b = 0;
  os_thread first([&] { sent_a = try_send(a, 1); });
  os_thread second([&] { sent_b = try_send(b, 2); });
  co_await group.join();
  first.join();
  second.join();
  sent = sent_a + sent_b;
}

void partners() {
  choice c;
  int sent = 0;
  weft::scheduler s(weft::event_loop{});
  s.run(choose_among_partners(c, sent));
  must(c.received + c.timed_out == 1, "a select ended more than once, or never");
  must(c.sum == sent, "a value went to a case that was not chosen");
}

task<> choose_against_cancel(choice& c, int& sent) {
  channel<int> a;
  channel<int> b;
  task_group group;
  group.go(choose_once(a, b, c));
  os_thread sender([&] { sent = try_send(b, 2); });
  os_thread canceller([&] { group.cancel(); });
  co_await group.join();
  sender.join();
  canceller.join();
}

void cancelled() {
  choice c;
  int sent = 0;
  weft::scheduler s(weft::event_loop{});
  s.run(choose_against_cancel(c, sent));
  must(c.received + c.timed_out + c.canceled == 1, "a select ended more than once, or never");
  must(c.sum == sent, "a value went to a case that was not chosen");
}

task<> swap_values(channel<int>& a, channel<int>& b, int& received) {
  auto chosen = co_await weft::select(weft::recv(a), weft::send(b, 1));
  if (chosen.index() == 0) received += *chosen.get<0>();
}

task<> swap_both(int& received_here, int& received_there) {
  channel<int> a;
  channel<int> b;
  task_group group;
  group.go(swap_values(a, b, received_here));
  group.go(swap_values(b, a, received_there));
  co_await group.join();
}

void facing() {
  int here = 0;
  int there = 0;
  weft::scheduler s(weft::parallel{.workers = 2});
  s.run(swap_both(here, there));
  must(here + there == 1, "two selects did not meet in exactly one transfer");
}

}  // namespace

TEST_CASE("a select among two partners and a timer ends once and loses no value") {
  exploration how;
  const auto done = explore("select, partners", how, &partners);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("a select that is cancelled while a partner comes ends once and loses no value") {
  exploration how;
  const auto done = explore("select, cancel", how, &cancelled);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("two selects that face each other on two workers meet once") {
  exploration how;
  how.counts_every_choice = true;
  how.cap = 2'000;
  const auto done = explore("select, facing", how, &facing);
  CHECK(done.complete_up_to >= 1);
}
