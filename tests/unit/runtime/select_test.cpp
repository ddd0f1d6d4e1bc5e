#include <weft/runtime/select.hpp>

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::after;
using weft::channel;
using weft::condition;
using weft::on_cancel;
using weft::otherwise;
using weft::recv;
using weft::select;
using weft::send;
using weft::task;
using weft::test::every_model;
using weft::test::run_seeded;
using weft::test::run_under;
using weft::test::seeds;
using weft::test::serving_models;

// [select]
task<std::string> serve(channel<int>& jobs, channel<std::string>& names) {
  std::string log;
  for (;;) {
    auto chosen = co_await select(recv(jobs), recv(names), after(1s));
    switch (chosen.index()) {
      case 0:
        if (!chosen.get<0>()) co_return log + " eof";
        log += " " + std::to_string(*chosen.get<0>());
        break;
      case 1: log += " " + *chosen.get<1>(); break;
      case 2: log += " idle"; break;
      default: co_return log + " cancelled";
    }
  }
}
// [/select]

task<std::string> feed_server() {
  channel<int> jobs;
  channel<std::string> names(3);
  auto server = weft::go(serve(jobs, names));
  (void)co_await jobs.send(7);
  (void)co_await names.send("weft");
  (void)co_await weft::sleep(1500ms);
  (void)co_await jobs.send(8);
  (void)co_await weft::sleep(10ms);
  jobs.close();
  auto log = co_await server.join();
  co_return log;
}

TEST_CASE("select takes what comes, of different types, and the time where nothing does") {
  for (const auto& m : seeds(20)) {
    CAPTURE(m.name);
    CHECK(run_under(m, feed_server()) == " 7 weft idle 8 eof");
  }
}

task<std::string> ready_cases() {
  channel<int> full(1);
  channel<int> room(1);
  channel<int> closed;
  (void)co_await full.send(1);
  closed.close();
  std::string log;
  auto first = co_await select(recv(full));
  log += std::to_string(*first.get<0>());
  auto second = co_await select(send(room, 2), after(1h));
  log += second.index() == 0 && second.get<0>() ? "s" : "?";
  auto third = co_await select(recv(closed), after(1h));
  log += third.index() == 0 && third.get<0>().error() == condition::eof ? "e" : "?";
  auto fourth = co_await select(after(1h), send(closed, 3));
  log += fourth.index() == 1 && fourth.get<1>().error() == condition::closed ? "c" : "?";
  auto fifth = co_await select(recv(full), otherwise());
  log += fifth.index() == 1 ? "o" : "?";
  auto sixth = co_await select(after(0s), recv(full));
  log += sixth.index() == 0 ? "0" : "?";
  auto left = room.try_recv();
  co_return log + (left == 2 ? "2" : "?");
}

TEST_CASE("a case that is ready is chosen at once, and a closed channel is ready") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, ready_cases()) == "1seco02");
  }
}

task<int> choose_often(int rounds) {
  channel<int> first(1);
  channel<int> second(1);
  int first_chosen = 0;
  for (int i = 0; i < rounds; ++i) {
    int one = 1;
    (void)first.try_send(one);
    (void)second.try_send(one);
    auto chosen = co_await select(recv(first), recv(second));
    first_chosen += chosen.index() == 0 ? 1 : 0;
  }
  co_return first_chosen;
}

TEST_CASE("of two ready cases each is chosen about half of the time") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const int first = run_under(m, choose_often(2'000));
    CHECK(first > 800);
    CHECK(first < 1'200);
  }
}

using box = std::unique_ptr<int>;

task<bool> lose_a_send() {
  channel<box> nobody_listens;
  channel<int> other(1);
  (void)co_await other.send(1);
  auto value = std::make_unique<int>(7);
  auto ready = co_await select(send(nobody_listens, std::move(value)), recv(other));
  const bool kept_at_once = ready.index() == 1 && value != nullptr;
  auto late = co_await select(send(nobody_listens, std::move(value)), after(1s));
  const bool kept_after_a_wait = late.index() == 1 && value != nullptr;
  nobody_listens.close();
  auto closed = co_await select(send(nobody_listens, std::move(value)));
  co_return kept_at_once&& kept_after_a_wait&& closed.get<0>().has_error() && value != nullptr;
}

TEST_CASE("a send that is not chosen leaves the value with its owner") {
  for (const auto& m : seeds(10)) {
    CAPTURE(m.name);
    CHECK(run_under(m, lose_a_send()));
  }
}

task<> receive_box(channel<box>& values, int& got) {
  auto value = co_await values.recv();
  got = value ? **value : -1;
}

task<int> win_a_send() {
  channel<box> values;
  int got = 0;
  auto receiver = weft::go(receive_box(values, got));
  auto value = std::make_unique<int>(7);
  auto chosen = co_await select(send(values, std::move(value)), after(1h));
  co_await receiver.join();
  co_return chosen.index() == 0 && value == nullptr ? got : -1;
}

TEST_CASE("a send that is chosen hands the value over") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, win_a_send()) == 7);
  }
}

task<std::size_t> wait_in_vain(channel<int>& values) {
  auto chosen = co_await select(recv(values), after(1h));
  co_return chosen ? chosen.index() : 99;
}

task<std::size_t> wait_for_cancel(channel<int>& values) {
  auto chosen = co_await select(recv(values), on_cancel(), send(values, 1));
  co_return chosen.index();
}

struct cancel_report {
  std::size_t without = 0;
  std::size_t with = 0;
  bool nothing_left = false;
};

task<cancel_report> cancel_selects(bool before) {
  channel<int> values;
  auto without = weft::go(wait_in_vain(values));
  if (before) without.cancel();
  (void)co_await weft::sleep(1ms);
  without.cancel();
  cancel_report r;
  r.without = co_await without.join();
  auto with = weft::go(wait_for_cancel(values));
  if (before) with.cancel();
  (void)co_await weft::sleep(1ms);
  with.cancel();
  r.with = co_await with.join();
  int value = 1;
  r.nothing_left = !values.try_send(value) && !values.try_recv();
  co_return r;
}

TEST_CASE("a cancelled select chooses none, or on_cancel, and leaves no trace in the channels") {
  for (const auto& m : every_model()) {
    for (const bool before : {true, false}) {
      CAPTURE(m.name, before);
      const auto r = run_under(m, cancel_selects(before));
      CHECK(r.without == 99);
      CHECK(r.with == 1);
      CHECK(r.nothing_left);
    }
  }
}

task<int> drain_until_cancelled(channel<int>& never_empty) {
  for (int after_cancel = 0;; after_cancel += weft::cancel_requested() ? 1 : 0) {
    int one = 1;
    (void)never_empty.try_send(one);
    auto chosen = co_await select(recv(never_empty), on_cancel());
    if (chosen.index() == 1) co_return after_cancel;
  }
}

task<int> cancel_a_busy_one() {
  channel<int> values(1);
  auto busy = weft::go(drain_until_cancelled(values));
  busy.cancel();
  const int after_cancel = co_await busy.join();
  co_return after_cancel;
}

TEST_CASE("on_cancel is not starved by a channel that is always ready") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_a_busy_one()) < 100);
  }
}

task<std::size_t> wait_for_both_ends(channel<int>& values) {
  auto chosen = co_await select(recv(values), send(values, 1), after(1s));
  co_return chosen.index();
}

TEST_CASE("a select does not meet itself where a channel stands in two of its cases") {
  for (const auto& m : seeds(20)) {
    CAPTURE(m.name);
    channel<int> values;
    CHECK(run_under(m, wait_for_both_ends(values)) == 2);
  }
}

task<bool> two_selects_meet() {
  channel<int> values;
  auto first = weft::go(wait_for_both_ends(values));
  auto second = weft::go(wait_for_both_ends(values));
  const auto a = co_await first.join();
  const auto b = co_await second.join();
  co_return a + b == 1;  // one received, one sent
}

TEST_CASE("two selects that face each other meet") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, two_selects_meet()));
  }
}

task<std::size_t> select_three_times() {
  auto chosen = co_await select(after(3s), after(1s), after(2s));
  co_return chosen.index();
}

TEST_CASE("of several times the first to come is chosen") {
  CHECK(run_seeded(select_three_times()) == 1);
}

task<int> from_threads(channel<int>& a, channel<int>& b) {
  int sum = 0;
  for (int open = 2; open != 0;) {
    auto chosen = co_await select(recv(a), recv(b));
    auto& got = chosen.index() == 0 ? chosen.get<0>() : chosen.get<1>();
    if (got) {
      sum += *got;
      continue;
    }
    // A closed channel is always ready: wait for the other alone.
    channel<int>& other = chosen.index() == 0 ? b : a;
    --open;
    for (;;) {
      auto value = co_await other.recv();
      if (!value) break;
      sum += *value;
    }
    --open;
  }
  co_return sum;
}

TEST_CASE("threads that run no task meet a select") {
  constexpr int count = 500;
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    channel<int> a;
    channel<int> b(2);
    std::vector<std::thread> senders;
    for (channel<int>* to : {&a, &b}) {
      senders.emplace_back([to] {
        for (int i = 1; i <= count; ++i) {
          if (!to->blocking_send(i)) break;
        }
        to->close();
      });
    }
    const int sum = run_under(m, from_threads(a, b));
    for (auto& s : senders) s.join();
    CHECK(sum == count * (count + 1));
  }
}

}  // namespace
