#include <weft/runtime/oneshot.hpp>

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>
#include <support/random_seed.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <thread>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::condition;
using weft::oneshot;
using weft::oneshot_receiver;
using weft::oneshot_sender;
using weft::task;
using weft::test::every_model;
using weft::test::run_seeded;
using weft::test::run_under;
using weft::test::serving_models;

using box = std::unique_ptr<int>;

task<> send_later(oneshot_sender<box> to, int value) {
  co_await weft::yield();
  to.send(std::make_unique<int>(value));
}

task<int> receive(oneshot_receiver<box> from) {
  auto got = co_await from.recv();
  if (!got) co_return got.error() == condition::eof ? -1 : -2;
  auto again = co_await from.recv();
  co_return again.has_error() && again.error() == condition::eof ? **got : -3;
}

task<int> answer(bool is_ready) {
  oneshot<box> ends;
  if (is_ready) ends.sender.send(std::make_unique<int>(42));
  else weft::go(send_later(std::move(ends.sender), 42));
  const int got = co_await receive(std::move(ends.receiver));
  co_return got;
}

TEST_CASE("the receiver gets the value once, whether it was there or is waited for") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, answer(true)) == 42);
    CHECK(run_under(m, answer(false)) == 42);
  }
}

task<> keep_for(oneshot_sender<box> kept, weft::duration wait) {
  (void)co_await weft::sleep(wait);
  (void)kept;
}

task<int> drop_sender(weft::duration wait) {
  oneshot<box> ends;
  weft::go(keep_for(std::move(ends.sender), wait));
  const int got = co_await receive(std::move(ends.receiver));
  co_return got;
}

TEST_CASE("a sender that goes without a value ends the wait with eof") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, drop_sender(0ms)) == -1);
    CHECK(run_under(m, drop_sender(1ms)) == -1);
  }
}

TEST_CASE("a value that nobody will receive is refused, and one that nobody received is freed") {
  const auto value = std::make_shared<int>(1);
  {
    oneshot<std::shared_ptr<int>> ends;
    CHECK(ends.sender.is_wanted());
    { const auto gone = std::move(ends.receiver); }
    CHECK_FALSE(ends.sender.is_wanted());
    CHECK_FALSE(ends.sender.send(value));
  }
  {
    oneshot<std::shared_ptr<int>> ends;
    CHECK(ends.sender.send(value));
    CHECK(value.use_count() == 2);
  }
  CHECK(value.use_count() == 1);
}

TEST_CASE("a second value is refused") {
  oneshot<int> ends;
  CHECK_FALSE(ends.receiver.try_recv());
  CHECK(ends.sender.send(1));
  CHECK_FALSE(ends.sender.send(2));
  CHECK(ends.receiver.try_recv() == 1);
  CHECK_FALSE(ends.receiver.try_recv());
}

task<std::error_code> wait_for(oneshot_receiver<int>& from) {
  auto got = co_await from.recv();
  co_return got ? std::error_code() : got.error();
}

task<int> cancel_then_receive(bool before) {
  oneshot<int> ends;
  auto waiter = weft::go(wait_for(ends.receiver));
  if (!before) (void)co_await weft::sleep(1ms);
  waiter.cancel();
  const auto outcome = co_await waiter.join();
  ends.sender.send(7);
  auto got = co_await ends.receiver.recv();
  co_return outcome == condition::canceled&& got ? *got : -1;
}

TEST_CASE("a cancelled receive loses nothing") {
  for (const auto& m : every_model()) {
    for (const bool before : {true, false}) {
      CAPTURE(m.name, before);
      CHECK(run_under(m, cancel_then_receive(before)) == 7);
    }
  }
}

task<> send_after(oneshot_sender<int> to, std::uint32_t yields) {
  for (std::uint32_t i = 0; i < yields; ++i) co_await weft::yield();
  to.send(1);
}

task<int> race(int rounds, std::uint64_t seed) {
  std::minstd_rand random(static_cast<unsigned>(seed));
  int received = 0;
  for (int i = 0; i < rounds; ++i) {
    oneshot<int> ends;
    auto waiter = weft::go(wait_for(ends.receiver));
    auto sender = weft::go(send_after(std::move(ends.sender), random() % 4));
    for (auto yields = random() % 4; yields != 0; --yields) co_await weft::yield();
    waiter.cancel();
    const auto outcome = co_await waiter.join();
    co_await sender.join();
    const bool is_left = ends.receiver.try_recv().has_value();
    received += is_left == (outcome == condition::canceled) ? 1 : 0;
  }
  co_return received;
}

TEST_CASE("the value is received or left, when the cancel runs into the send") {
  const auto seed = weft::test::random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, race(1'000, seed)) == 1'000);
  }
}

TEST_CASE("threads that run no task send and receive") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    for (int i = 0; i < 30; ++i) {
      oneshot<box> question;
      oneshot<int> reply;
      std::thread other(
          [from = std::move(question.receiver), to = std::move(reply.sender)]() mutable {
            auto got = from.blocking_recv();
            to.send(got ? **got + 1 : -1);
          });
      run_under(m, send_later(std::move(question.sender), 41));
      auto got = reply.receiver.blocking_recv();
      other.join();
      REQUIRE(got);
      CHECK(*got == 42);
    }
  }
}

task<> block_in_a_task() {
  oneshot<int> ends;
  (void)ends.receiver.blocking_recv();
  co_return;
}

TEST_CASE("a blocking receive in a task is refused") {
  CHECK_THROWS_WITH(run_seeded(block_in_a_task()), ContainsSubstring("oneshot::blocking_recv()"));
}

}  // namespace
