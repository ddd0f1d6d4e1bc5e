#include <weft/runtime/when_any.hpp>

#include <weft/base/error.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>
#include <support/random_seed.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::condition;
using weft::result;
using weft::task;
using weft::test::every_model;
using weft::test::run_seeded;
using weft::test::run_under;
using weft::when_any;

using counter = std::atomic<int>;

task<int> value_after(int value, weft::duration wait) {
  (void)co_await weft::sleep(wait);
  co_return value;
}

task<std::unique_ptr<std::string>> boxed_after(std::string text, weft::duration wait) {
  (void)co_await weft::sleep(wait);
  auto box = std::make_unique<std::string>(text);
  co_return box;
}

task<> sleep_an_hour(counter& canceled, counter& ended) {
  const auto outcome = co_await weft::sleep(1h);
  if (outcome == condition::canceled) ++canceled;
  // Cleaning up takes its time.
  for (int i = 0; i < 5; ++i) co_await weft::yield();
  ++ended;
}

task<> fail_after(std::string why, weft::duration wait) {
  const auto canceled = co_await weft::sleep(wait);
  if (!canceled) throw std::runtime_error(why);
}

task<std::string> race_values(weft::duration first, weft::duration second) {
  auto winner = co_await when_any(value_after(7, first), boxed_after("boxed", second));
  if (winner.index() == 0) co_return std::to_string(std::get<0>(winner));
  co_return *std::get<1>(winner);
}

TEST_CASE("when_any gives the value of the first task to end, whichever it is") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, race_values(1ms, 1h)) == "7");
    CHECK(run_under(m, race_values(1h, 1ms)) == "boxed");
  }
}

task<int> ready_value(int value) { co_return value; }

task<int> race_ready() {
  auto winner = co_await when_any(ready_value(1), value_after(2, 1h));
  co_return std::get<0>(winner);
}

TEST_CASE("a task that is ready wins at once") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, race_ready()) == 1);
  }
}

task<std::string> losers_at_return() {
  counter canceled = 0;
  counter ended = 0;
  auto winner = co_await when_any(sleep_an_hour(canceled, ended), value_after(1, 1ms),
                                  sleep_an_hour(canceled, ended));
  const std::string seen = std::to_string(winner.index()) + std::to_string(canceled);
  co_return seen + std::to_string(ended);
}

TEST_CASE("the losers are cancelled and have ended when when_any returns") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, losers_at_return()) == "122");
  }
}

task<weft::first_of<int>> race_list(int length, int fastest) {
  std::vector<task<int>> tasks;
  for (int i = 0; i < length; ++i) {
    tasks.push_back(value_after(10 * i, i == fastest ? weft::duration(1ms) : 1h));
  }
  co_return co_await when_any(std::move(tasks));
}

TEST_CASE("when_any of a list tells the winner's place and value") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const auto alone = run_under(m, race_list(1, 0));
    CHECK(alone.index == 0);
    const auto winner = run_under(m, race_list(50, 42));
    CHECK(winner.index == 42);
    CHECK(winner.value == 420);
  }
}

task<std::size_t> race_valueless(counter& canceled, counter& ended) {
  std::vector<task<>> tasks;
  for (int i = 0; i < 4; ++i) tasks.push_back(sleep_an_hour(canceled, ended));
  tasks.push_back(fail_after("not reached", 0ms));
  tasks.back() = [](counter& sum) -> task<> {
    ++sum;
    co_return;
  }(ended);
  auto winner = co_await when_any(std::move(tasks));
  co_return winner.index;
}

TEST_CASE("tasks without values race too") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter canceled = 0;
    counter ended = 0;
    CHECK(run_under(m, race_valueless(canceled, ended)) == 4);
    CHECK(canceled == 4);
    CHECK(ended == 5);
  }
}

TEST_CASE("when_any of an empty list throws instead of waiting for ever") {
  CHECK_THROWS_AS(run_seeded(when_any(std::vector<task<int>>())), std::invalid_argument);
}

task<std::string> race_with_failure(weft::duration value_at, weft::duration failure_at) {
  try {
    auto winner = co_await when_any(value_after(1, value_at), fail_after("failed", failure_at));
    co_return std::to_string(winner.index());
  } catch (const std::runtime_error& e) {
    co_return e.what();
  }
}

TEST_CASE("an exception wins too and is rethrown, and a loser's is dropped") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, race_with_failure(1h, 1ms)) == "failed");
  }
  CHECK(run_seeded(race_with_failure(1ms, 2ms)) == "0");
}

task<> fail_when_cancelled() {
  const auto canceled = co_await weft::sleep(1h);
  if (canceled) throw std::system_error(canceled);
}

task<std::size_t> race_with_bad_loser() {
  auto winner = co_await when_any(fail_when_cancelled(), value_after(1, 1ms));
  co_return winner.index();
}

TEST_CASE("what a loser throws when it is cancelled does not replace the winner's value") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, race_with_bad_loser()) == 1);
  }
}

task<result<int>> receive_two_ways(weft::channel<int>& left, weft::channel<int>& right) {
  auto from_left = [](weft::channel<int>& c) -> task<result<int>> { co_return co_await c.recv(); };
  auto winner = co_await when_any(from_left(left), from_left(right));
  co_return std::visit([](const auto& value) -> result<int> { return value; }, winner);
}

task<bool> race_receives() {
  weft::channel<int> left(1);
  weft::channel<int> right(1);
  auto receiver = weft::go(receive_two_ways(left, right));
  (void)co_await weft::sleep(1ms);
  int value = 3;
  const bool sent = right.try_send(value);
  auto received = co_await receiver.join();
  // The loser's receive took nothing.
  const bool sent_again = left.try_send(value);
  const auto left_over = left.try_recv();
  co_return sent&& sent_again&&* received == 3 && left_over == 3;
}

TEST_CASE("a receive that loses takes no value") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, race_receives()));
  }
}

task<std::size_t> wait_for_any(counter& canceled, counter& ended) {
  auto winner = co_await when_any(sleep_an_hour(canceled, ended), sleep_an_hour(canceled, ended));
  co_return winner.index();
}

task<std::size_t> cancel_waiter(counter& canceled, counter& ended, bool before_it_starts) {
  auto waiter = weft::go(wait_for_any(canceled, ended));
  if (!before_it_starts) (void)co_await weft::sleep(1ms);
  waiter.cancel();
  co_return co_await waiter.join();
}

TEST_CASE("cancelling who waits in when_any cancels all its tasks and waits for them") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    for (const bool before : {true, false}) {
      counter canceled = 0;
      counter ended = 0;
      CHECK(run_under(m, cancel_waiter(canceled, ended, before)) < 2);
      CHECK(canceled == 2);
      CHECK(ended == 2);
    }
  }
}

task<> leave_children(counter& canceled, counter& ended) {
  weft::go(sleep_an_hour(canceled, ended));
  (void)co_await weft::sleep(1ms);
}

task<int> children_of_the_winner() {
  counter canceled = 0;
  counter ended = 0;
  (void)co_await when_any(leave_children(canceled, ended), sleep_an_hour(canceled, ended));
  co_return 10 * canceled + ended;
}

TEST_CASE("what the winner has started with go is cancelled and joined with the losers") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, children_of_the_winner()) == 22);
  }
}

task<> leave_failing_child() {
  weft::go(fail_after("child of a child", 1ms));
  (void)co_await weft::sleep(1h);
}

TEST_CASE("an error of what a competitor has started ends the race") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK_THROWS_WITH(run_under(m, when_any(leave_failing_child(), leave_failing_child())),
                      "child of a child");
  }
}

task<int> end_after(std::uint64_t yields, counter& ended) {
  for (std::uint64_t i = 0; i < yields; ++i) co_await weft::yield();
  co_return ++ended;
}

task<> race_once(std::uint64_t seed, counter& ended, counter& won) {
  auto winner = co_await when_any(end_after(seed % 4, ended), end_after(seed / 4 % 4, ended),
                                  end_after(seed / 16 % 4, ended));
  if (std::visit([](int value) { return value > 0; }, winner)) ++won;
}

task<> race_many(int rounds, std::uint64_t seed, counter& ended, counter& won) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < rounds; ++i) {
    auto round = weft::go(race_once(random(), ended, won));
    for (auto yields = random() % 4; yields != 0; --yields) co_await weft::yield();
    if (random() % 2 == 0) round.cancel();
    co_await round.join();
  }
}

TEST_CASE("competitors that end together have one winner and all end") {
  const auto seed = weft::test::random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter ended = 0;
    counter won = 0;
    run_under(m, race_many(1'000, seed, ended, won));
    CHECK(ended == 3'000);
    CHECK(won == 1'000);
  }
}

}  // namespace
