#include <weft/runtime/channel.hpp>

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::channel;
using weft::condition;
using weft::task;
using weft::test::every_model;
using weft::test::run_seeded;
using weft::test::run_under;
using weft::test::seeds;
using weft::test::serving_models;

constexpr std::size_t capacities[] = {0, 1, 2, 7};

task<> send_numbers(channel<int>& values, int count) {
  for (int i = 0; i < count; ++i) {
    auto sent = co_await values.send(i);
    if (!sent) co_return;
  }
  values.close();
}

task<std::vector<int>> receive_all(channel<int>& values) {
  std::vector<int> got;
  for (;;) {
    auto value = co_await values.recv();
    if (!value) break;
    got.push_back(*value);
  }
  co_return got;
}

task<std::vector<int>> transfer(std::size_t capacity, int count) {
  channel<int> values(capacity);
  weft::go(send_numbers(values, count));
  auto got = co_await receive_all(values);
  co_return got;
}

TEST_CASE("values arrive in the order they were sent, and eof after the last") {
  std::vector<int> expected;
  for (int i = 0; i < 500; ++i) expected.push_back(i);
  for (const auto& m : every_model()) {
    for (const std::size_t capacity : capacities) {
      CAPTURE(m.name, capacity);
      CHECK(run_under(m, transfer(capacity, 500)) == expected);
    }
  }
}

// [ping_pong]
task<> answer_pings(channel<int>& pings, channel<int>& pongs) {
  for (;;) {
    auto ping = co_await pings.recv();
    if (!ping) break;
    auto sent = co_await pongs.send(*ping + 1);
    if (!sent) break;
  }
  pongs.close();
}

task<int> ping_pong(int rounds) {
  channel<int> pings;
  channel<int> pongs;
  auto other = weft::go(answer_pings(pings, pongs));
  int ball = 0;
  for (int i = 0; i < rounds; ++i) {
    auto sent = co_await pings.send(ball);
    auto pong = co_await pongs.recv();
    if (!sent || !pong) break;
    ball = *pong;
  }
  pings.close();
  co_await other.join();
  co_return ball;
}
// [/ping_pong]

TEST_CASE("two tasks play ping-pong over two rendezvous channels") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, ping_pong(1'000)) == 1'000);
  }
}

task<std::error_code> send_one(channel<int>& values, int value) {
  auto sent = co_await values.send(value);
  co_return sent ? std::error_code() : sent.error();
}

task<std::error_code> receive_error(channel<int>& values) {
  auto got = co_await values.recv();
  co_return got ? std::error_code() : got.error();
}

task<bool> send_waits_for_room(std::size_t capacity) {
  channel<int> values(capacity);
  for (std::size_t i = 0; i < capacity; ++i) {
    auto sent = co_await values.send(0);
    if (!sent) co_return false;
  }
  auto blocked = weft::go(send_one(values, 1));
  (void)co_await weft::sleep(1s);
  const bool waited = !blocked.ended();
  auto got = co_await values.recv();
  const auto outcome = co_await blocked.join();
  co_return waited&& got && !outcome;
}

TEST_CASE("a send waits while the channel is full, and with capacity 0 for a receiver") {
  for (const auto& m : seeds(10)) {
    for (const std::size_t capacity : capacities) {
      CAPTURE(m.name, capacity);
      CHECK(run_under(m, send_waits_for_room(capacity)));
    }
  }
}

TEST_CASE("try_send and try_recv never wait") {
  channel<std::unique_ptr<int>> values(1);
  auto first = std::make_unique<int>(1);
  auto second = std::make_unique<int>(2);
  CHECK_FALSE(values.try_recv());
  CHECK(values.try_send(first));
  CHECK(first == nullptr);
  CHECK_FALSE(values.try_send(second));
  REQUIRE(second != nullptr);
  CHECK(**values.try_recv() == 1);
  CHECK(values.try_send(second));
  values.close();
  auto third = std::make_unique<int>(3);
  CHECK_FALSE(values.try_send(third));
  CHECK(third != nullptr);
  CHECK(**values.try_recv() == 2);
  CHECK_FALSE(values.try_recv());
}

struct close_report {
  std::vector<std::error_code> senders;
  std::error_code receiver;
  std::error_code late_sender;
  std::error_code late_receiver;
};

task<close_report> close_with_waiters() {
  channel<int> full(0);
  channel<int> empty(0);
  auto first = weft::go(send_one(full, 1));
  auto second = weft::go(send_one(full, 2));
  auto receiver = weft::go(receive_error(empty));
  (void)co_await weft::sleep(1ms);
  full.close();
  full.close();
  empty.close();
  close_report report;
  report.senders.push_back(co_await first.join());
  report.senders.push_back(co_await second.join());
  report.receiver = co_await receiver.join();
  report.late_sender = co_await send_one(full, 3);
  report.late_receiver = co_await receive_error(full);
  co_return report;
}

TEST_CASE("close ends waiting and later sends with closed, receives with eof") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const auto report = run_under(m, close_with_waiters());
    CHECK(report.senders.size() == 2);
    for (const auto& ec : report.senders) CHECK(ec == condition::closed);
    CHECK(report.receiver == condition::eof);
    CHECK(report.late_sender == condition::closed);
    CHECK(report.late_receiver == condition::eof);
  }
}

task<std::vector<int>> close_then_receive() {
  channel<int> values(3);
  for (int i = 0; i < 3; ++i) (void)co_await values.send(i);
  values.close();
  auto got = co_await receive_all(values);
  co_return got;
}

TEST_CASE("what was sent before close is received after it") {
  CHECK(run_seeded(close_then_receive()) == std::vector{0, 1, 2});
}

struct cancel_report {
  std::error_code outcome;
  std::optional<int> left_behind;
};

task<cancel_report> cancel_sender(bool before) {
  channel<int> values;
  auto sender = weft::go(send_one(values, 1));
  if (!before) (void)co_await weft::sleep(1ms);
  sender.cancel();
  cancel_report report;
  report.outcome = co_await sender.join();
  report.left_behind = values.try_recv();
  co_return report;
}

TEST_CASE("a cancelled send has not sent its value") {
  for (const auto& m : every_model()) {
    for (const bool before : {true, false}) {
      CAPTURE(m.name, before);
      const auto report = run_under(m, cancel_sender(before));
      CHECK(report.outcome == condition::canceled);
      CHECK_FALSE(report.left_behind);
    }
  }
}

task<cancel_report> cancel_receiver(bool before) {
  channel<int> values;
  auto receiver = weft::go(receive_error(values));
  if (!before) (void)co_await weft::sleep(1ms);
  receiver.cancel();
  cancel_report report;
  report.outcome = co_await receiver.join();
  int value = 1;
  if (values.try_send(value)) report.left_behind = value;
  co_return report;
}

TEST_CASE("a cancelled receive takes no value") {
  for (const auto& m : every_model()) {
    for (const bool before : {true, false}) {
      CAPTURE(m.name, before);
      const auto report = run_under(m, cancel_receiver(before));
      CHECK(report.outcome == condition::canceled);
      CHECK_FALSE(report.left_behind);
    }
  }
}

task<cancel_report> receive_when_cancelled(channel<int>& values) {
  cancel_report report;
  auto got = co_await values.recv();
  report.left_behind = got ? std::optional(*got) : std::nullopt;
  auto none = co_await values.recv();
  report.outcome = none.error();
  co_return report;
}

task<cancel_report> cancelled_meets_ready_value() {
  channel<int> values(1);
  (void)co_await values.send(7);
  auto receiver = weft::go(receive_when_cancelled(values));
  receiver.cancel();
  auto report = co_await receiver.join();
  co_return report;
}

TEST_CASE("a cancelled task still receives what is there, and waits for nothing") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const auto report = run_under(m, cancelled_meets_ready_value());
    CHECK(report.left_behind == 7);
    CHECK(report.outcome == condition::canceled);
  }
}

TEST_CASE("a send that is not awaited frees its value") {
  const auto value = std::make_shared<int>(1);
  channel<std::shared_ptr<int>> values;
  {
    const auto unused = values.send(value);
    CHECK(value.use_count() == 2);
  }
  CHECK(value.use_count() == 1);
  CHECK_FALSE(values.try_recv());
}

task<> add_up(channel<int>& values, std::atomic<long>& sum) {
  for (;;) {
    auto value = co_await values.recv();
    if (!value) break;
    sum += *value;
  }
}

task<> close_after(channel<int>& values, std::vector<weft::join_handle<>> senders) {
  for (auto& sender : senders) co_await sender.join();
  values.close();
}

task<> send_range(channel<int>& values, int count) {
  for (int i = 1; i <= count; ++i) {
    auto sent = co_await values.send(i);
    if (!sent) break;
  }
}

task<long> many_to_many(std::size_t capacity, int count) {
  channel<int> values(capacity);
  std::atomic<long> sum = 0;
  weft::task_group group;
  std::vector<weft::join_handle<>> senders;
  for (int i = 0; i < 4; ++i) senders.push_back(group.go(send_range(values, count)));
  for (int i = 0; i < 4; ++i) group.go(add_up(values, sum));
  group.go(close_after(values, std::move(senders)));
  co_await group.join();
  co_return sum.load();
}

TEST_CASE("each value of many senders is received by one of many receivers") {
  for (const auto& m : every_model()) {
    for (const std::size_t capacity : capacities) {
      CAPTURE(m.name, capacity);
      CHECK(run_under(m, many_to_many(capacity, 500)) == 4L * 500 * 501 / 2);
    }
  }
}

TEST_CASE("threads that run no task exchange values with tasks by the try_ calls") {
  constexpr int count = 2'000;
  for (const auto& m : serving_models()) {
    for (const std::size_t capacity : {std::size_t{0}, std::size_t{4}}) {
      CAPTURE(m.name, capacity);
      channel<int> to_task(capacity);
      channel<int> from_task(capacity);
      std::vector<int> received;
      std::thread sender([&] {
        for (int i = 0; i < count; ++i) {
          int value = i;
          while (!to_task.try_send(value)) std::this_thread::yield();
        }
        to_task.close();
      });
      std::thread receiver([&] {
        while (received.size() < count) {
          if (auto value = from_task.try_recv()) received.push_back(*value);
          else std::this_thread::yield();
        }
      });
      run_under(m, answer_pings(to_task, from_task));
      sender.join();
      receiver.join();
      REQUIRE(received.size() == count);
      CHECK(received.front() == 1);
      CHECK(received.back() == count);
    }
  }
}

}  // namespace
