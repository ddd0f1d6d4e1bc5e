// Channels between tasks and threads that run no tasks, and what a channel costs and refuses.

#include <weft/runtime/channel.hpp>

#include <weft/runtime/blocking.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/last_words.hpp>
#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::channel;
using weft::condition;
using weft::task;
using weft::test::every_model;
using weft::test::last_words;
using weft::test::run_seeded;
using weft::test::run_under;
using weft::test::serving_models;

// Neither default-constructible nor copyable.
struct parcel {
  explicit parcel(int n) : number(std::make_unique<int>(n)) {}
  std::unique_ptr<int> number;
};

task<> forward_all(channel<parcel>& from, channel<parcel>& to) {
  while (auto value = co_await from.recv()) (void)co_await to.send(std::move(*value));
  to.close();
}

void send_numbers(channel<parcel>& to, int first, int count) {
  for (int i = 0; i < count; ++i) {
    if (!to.blocking_send(parcel(first + i))) return;
  }
}

TEST_CASE("threads that run no task send and receive, and wait asleep") {
  constexpr int count = 400;
  for (const auto& m : serving_models()) {
    for (const std::size_t capacity : {0U, 1U, 5U}) {
      CAPTURE(m.name, capacity);
      channel<parcel> to_task(capacity);
      channel<parcel> from_task(capacity);
      std::vector<std::thread> senders;
      for (const int first : {0, 1'000'000}) {
        senders.emplace_back([&, first] { send_numbers(to_task, first, count); });
      }
      std::atomic<long> sum = 0;
      std::vector<std::thread> receivers;
      for (int i = 0; i < 2; ++i) {
        receivers.emplace_back([&] {
          while (auto value = from_task.blocking_recv()) sum += *value->number;
        });
      }
      std::thread closer([&] {
        for (auto& s : senders) s.join();
        to_task.close();
      });
      run_under(m, forward_all(to_task, from_task));
      closer.join();
      for (auto& r : receivers) r.join();
      CHECK(sum == count * (count - 1) + 1'000'000L * count);
    }
  }
}

TEST_CASE("threads alone exchange values in order") {
  for (const std::size_t capacity : {0U, 1U, 8U}) {
    CAPTURE(capacity);
    channel<int> values(capacity);
    std::thread sender([&] {
      for (int i = 0; i < 1'000; ++i) (void)values.blocking_send(i);
      values.close();
    });
    std::vector<int> got;
    while (auto value = values.blocking_recv()) got.push_back(*value);
    sender.join();
    REQUIRE(got.size() == 1'000);
    for (int i = 0; i < 1'000; ++i) CHECK(got[static_cast<std::size_t>(i)] == i);
  }
}

TEST_CASE("close wakes the threads that wait in a channel") {
  for (int i = 0; i < 50; ++i) {
    channel<int> values;
    std::error_code of_sender;
    std::error_code of_receiver;
    std::thread sender([&] {
      auto sent = values.blocking_send(1);
      if (!sent) of_sender = sent.error();
    });
    if (i % 2 == 0) std::this_thread::yield();
    values.close();
    auto got = values.blocking_recv();
    if (!got) of_receiver = got.error();
    sender.join();
    CHECK(of_sender == condition::closed);
    CHECK(of_receiver == condition::eof);
  }
}

task<> block_in_a_task(channel<int>& values, bool sends) {
  if (sends) (void)values.blocking_send(1);
  else (void)values.blocking_recv();
  co_return;
}

TEST_CASE("a blocking call in a task is refused") {
  channel<int> values(1);
  CHECK_THROWS_WITH(run_seeded(block_in_a_task(values, true)),
                    ContainsSubstring("channel::blocking_send()"));
  CHECK_THROWS_WITH(run_seeded(block_in_a_task(values, false)),
                    ContainsSubstring("channel::blocking_recv()"));
  CHECK_FALSE(values.try_recv());
}

task<int> receive_in_blocking(channel<int>& values) {
  const int got = co_await weft::blocking([&values] { return values.blocking_recv().value(); });
  co_return got;
}

task<int> send_to_blocking() {
  channel<int> values;
  auto receiver = weft::go(receive_in_blocking(values));
  (void)co_await values.send(42);
  const int got = co_await receiver.join();
  co_return got;
}

TEST_CASE("a call on the blocking pool may wait in a channel") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    CHECK(run_under(m, send_to_blocking()) == 42);
  }
}

task<> fill(channel<int>& values, int count) {
  for (int i = 1; i <= count; ++i) (void)co_await values.send(i);
  values.close();
}

// No local variable but the one in the condition: what g++ 12 loses elsewhere.
task<> drain_into(channel<int>& values, int& sum) {
  while (auto value = co_await values.recv()) sum += *value;
}

TEST_CASE("a loop with the receive in its condition takes all there are") {
  for (const auto& m : every_model()) {
    for (const std::size_t capacity : {0U, 3U}) {
      CAPTURE(m.name, capacity);
      channel<int> values(capacity);
      int sum = 0;
      run_under(m, weft::with_group(
                       [](weft::task_group& group, channel<int>* c, int* s) -> task<> {
                         group.go(fill(*c, 100));
                         co_await drain_into(*c, *s);
                       },
                       &values, &sum));
      CHECK(sum == 5'050);
    }
  }
}

TEST_CASE("the values in a channel are freed with it, wherever the ring has turned to") {
  const auto value = std::make_shared<int>(1);
  for (int turned = 0; turned < 4; ++turned) {
    channel<std::shared_ptr<int>> values(3);
    for (int i = 0; i < turned; ++i) {
      auto copy = value;
      CHECK(values.try_send(copy));
      CHECK(values.try_recv());
    }
    for (int i = 0; i < 2; ++i) {
      auto copy = value;
      CHECK(values.try_send(copy));
    }
    CHECK(value.use_count() == 3);
  }
  CHECK(value.use_count() == 1);
}

task<> destroy_while_waited_for() {
  auto values = std::make_unique<channel<int>>();
  int sum = 0;
  auto waiter = weft::go(drain_into(*values, sum));
  (void)co_await weft::sleep(1ms);
  values.reset();
}

TEST_CASE("a channel that is destroyed while tasks wait in it ends the process") {
  CHECK_THAT(last_words([] { run_seeded(destroy_while_waited_for()); }),
             ContainsSubstring("a weft::channel was destroyed while somebody waits in it"));
}

}  // namespace
