#include <weft/runtime/when_all.hpp>

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
#include <tuple>
#include <variant>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::condition;
using weft::result;
using weft::task;
using weft::test::every_model;
using weft::test::run_seeded;
using weft::test::run_under;
using weft::when_all;

using counter = std::atomic<int>;

task<int> value_of(int value, int yields = 0) {
  for (int i = 0; i < yields; ++i) co_await weft::yield();
  co_return value;
}

task<std::unique_ptr<std::string>> boxed(std::string text) {
  auto box = std::make_unique<std::string>(text);
  co_await weft::yield();
  co_return box;
}

task<> count(counter& sum) {
  co_await weft::yield();
  ++sum;
}

task<int> sleep_an_hour(counter& canceled) {
  const auto outcome = co_await weft::sleep(1h);
  if (outcome == condition::canceled) ++canceled;
  co_return 1;
}

task<int> fail(std::string why, weft::duration wait) {
  (void)co_await weft::sleep(wait);
  throw std::runtime_error(why);
}

task<result<int>> value_or(std::error_code error, weft::duration wait) {
  const auto canceled = co_await weft::sleep(wait);
  if (canceled) co_return canceled;
  if (error) co_return error;
  co_return 5;
}

task<std::string> join_three(counter& sum) {
  auto all = co_await when_all(value_of(1, 3), boxed("two"), count(sum));
  co_return std::to_string(std::get<0>(all)) + *std::get<1>(all);
}

TEST_CASE("when_all gives the values of all its tasks, each in its place") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter sum = 0;
    CHECK(run_under(m, join_three(sum)) == "1two");
    CHECK(sum == 1);
  }
}

task<int> join_ready_ones() {
  auto [one, two] = co_await when_all(value_of(1), value_of(2));
  auto [three] = co_await when_all(value_of(3));
  co_return 100 * one + 10 * two + three;
}

TEST_CASE("when_all of tasks that never wait ends at once") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, join_ready_ones()) == 123);
  }
}

TEST_CASE("when_all is a task like any other and may be run as the main one") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    auto both = when_all(value_of(1), when_all(value_of(2), value_of(3)));
    const auto all = run_under(m, std::move(both));
    CHECK(all == std::tuple(1, std::tuple(2, 3)));
  }
}

task<std::vector<int>> join_list(int length) {
  std::vector<task<int>> tasks;
  for (int i = 0; i < length; ++i) tasks.push_back(value_of(i, i % 5));
  co_return co_await when_all(std::move(tasks));
}

TEST_CASE("when_all of a list gives a list in the same order") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, join_list(0)).empty());
    CHECK(run_under(m, join_list(1)) == std::vector<int>{0});
    const auto many = run_under(m, join_list(300));
    REQUIRE(many.size() == 300);
    for (int i = 0; i < 300; ++i) CHECK(many[static_cast<std::size_t>(i)] == i);
  }
}

task<> join_valueless(counter& sum) {
  std::vector<task<>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(count(sum));
  co_await when_all(std::move(tasks));
}

TEST_CASE("when_all of a list of tasks without values waits for them") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter sum = 0;
    run_under(m, join_valueless(sum));
    CHECK(sum == 20);
  }
}

task<> sleep_together() {
  (void)co_await when_all(value_or({}, 30ms), value_or({}, 10ms), value_or({}, 20ms));
}

task<weft::duration> time_of(task<> measured) {
  const auto start = weft::scheduler::current().now();
  co_await std::move(measured);
  co_return weft::scheduler::current().now() - start;
}

TEST_CASE("the tasks of when_all wait beside each other") {
  CHECK(run_seeded(time_of(sleep_together())) == 30ms);
}

struct outcome {
  std::string error;
  int canceled = 0;
};

task<outcome> one_throws() {
  counter canceled = 0;
  outcome seen;
  try {
    (void)co_await when_all(sleep_an_hour(canceled), fail("first", 1ms), sleep_an_hour(canceled),
                            fail("second", 1h));
  } catch (const std::runtime_error& e) {
    seen.error = e.what();
  }
  seen.canceled = canceled;
  co_return seen;
}

task<outcome> one_of_a_list_throws() {
  counter canceled = 0;
  outcome seen;
  std::vector<task<int>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(sleep_an_hour(canceled));
  tasks.push_back(fail("first", 1ms));
  try {
    (void)co_await when_all(std::move(tasks));
  } catch (const std::runtime_error& e) {
    seen.error = e.what();
  }
  seen.canceled = canceled;
  co_return seen;
}

TEST_CASE("the first exception cancels the other tasks of when_all and is rethrown") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const auto few = run_under(m, one_throws());
    CHECK(few.error == "first");
    CHECK(few.canceled == 2);
    const auto many = run_under(m, one_of_a_list_throws());
    CHECK(many.error == "first");
    CHECK(many.canceled == 5);
  }
}

task<result<std::tuple<int, int>>> join_results(std::error_code error) {
  co_return co_await when_all(value_or({}, 1ms), value_or(error, 2ms));
}

task<result<std::vector<int>>> join_list_of_results(std::error_code error) {
  std::vector<task<result<int>>> tasks;
  tasks.push_back(value_or({}, error ? 1h : 1ms));
  tasks.push_back(value_or(error, 1ms));
  co_return co_await when_all(std::move(tasks));
}

TEST_CASE("results are unwrapped where all of them have a value") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const auto both = run_under(m, join_results({}));
    REQUIRE(both.has_value());
    CHECK(*both == std::tuple(5, 5));
    const auto list = run_under(m, join_list_of_results({}));
    REQUIRE(list.has_value());
    CHECK(*list == std::vector<int>{5, 5});
  }
}

task<result<std::tuple<int, int, std::monostate>>> fail_beside(counter& canceled, counter& sum) {
  auto all = when_all(value_or(condition::refused, 1ms), sleep_an_hour(canceled), count(sum));
  co_return co_await std::move(all);
}

TEST_CASE("the first error in a result cancels the other tasks and is the whole result") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter canceled = 0;
    counter sum = 0;
    const auto all = run_under(m, fail_beside(canceled, sum));
    REQUIRE(all.has_error());
    CHECK(all.error() == condition::refused);
    CHECK(canceled == 1);
    CHECK(sum == 1);
    const auto list = run_under(m, join_list_of_results(condition::eof));
    REQUIRE(list.has_error());
    CHECK(list.error() == condition::eof);
  }
}

task<std::string> throw_beside_result() {
  try {
    (void)co_await when_all(value_or({}, 1h), fail("thrown", 1ms));
  } catch (const std::runtime_error& e) {
    co_return e.what();
  }
  co_return "";
}

TEST_CASE("what a cancelled sibling returns does not hide the exception that came first") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, throw_beside_result()) == "thrown");
  }
}

task<int> wait_for_all(counter& canceled) {
  auto [a, b] = co_await when_all(sleep_an_hour(canceled), sleep_an_hour(canceled));
  co_return a + b;
}

task<int> cancel_waiter(counter& canceled, bool before_it_starts) {
  auto waiter = weft::go(wait_for_all(canceled));
  if (!before_it_starts) (void)co_await weft::sleep(1ms);
  waiter.cancel();
  co_return co_await waiter.join();
}

TEST_CASE("cancelling who waits in when_all cancels the tasks and waits for their values") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    for (const bool before : {true, false}) {
      counter canceled = 0;
      CHECK(run_under(m, cancel_waiter(canceled, before)) == 2);
      CHECK(canceled == 2);
    }
  }
}

task<int> leave_child(counter& sum) {
  weft::go(count(sum));
  co_return 1;
}

task<int> sum_after_join(counter& sum) {
  (void)co_await when_all(leave_child(sum), leave_child(sum));
  co_return sum.load();
}

TEST_CASE("when_all also waits for what its tasks have started with go") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter sum = 0;
    CHECK(run_under(m, sum_after_join(sum)) == 2);
  }
}

task<> fail_later() {
  co_await weft::yield();
  throw std::runtime_error("child of a child");
}

task<> leave_failure() {
  weft::go(fail_later());
  (void)co_await weft::sleep(1h);
}

TEST_CASE("an error of what a task has started with go is an error of when_all") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK_THROWS_WITH(run_under(m, when_all(leave_failure(), leave_failure())), "child of a child");
  }
}

TEST_CASE("tasks that were given to a when_all that nobody awaits are freed") {
  const auto value = std::make_shared<int>(1);
  {
    auto unused = when_all([](std::shared_ptr<int> kept) -> task<int> { co_return *kept; }(value));
    (void)unused;
  }
  CHECK(value.use_count() == 1);
}

task<> throw_after(std::uint64_t yields) {
  for (std::uint64_t i = 0; i < yields; ++i) co_await weft::yield();
  throw 1;
}

task<int> wait_after(std::uint64_t yields, counter& ended) {
  for (std::uint64_t i = 0; i < yields; ++i) co_await weft::yield();
  (void)co_await weft::sleep(1h);
  co_return ++ended;
}

task<> race_once(std::uint64_t seed, counter& ended, counter& thrown) {
  try {
    (void)co_await when_all(wait_after(seed % 4, ended), throw_after(seed / 4 % 4),
                            wait_after(seed / 16 % 4, ended), throw_after(seed / 64 % 4));
  } catch (int) {
    ++thrown;
  }
}

task<> race_on_errors(int rounds, std::uint64_t seed, counter& ended, counter& thrown) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < rounds; ++i) {
    auto round = weft::go(race_once(random(), ended, thrown));
    for (auto yields = random() % 4; yields != 0; --yields) co_await weft::yield();
    if (random() % 2 == 0) round.cancel();
    co_await round.join();
  }
}

TEST_CASE("errors and cancels that race leave no task of when_all behind") {
  const auto seed = weft::test::random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter ended = 0;
    counter thrown = 0;
    run_under(m, race_on_errors(1'000, seed, ended, thrown));
    CHECK(ended == 2'000);
    CHECK(thrown == 1'000);
  }
}

}  // namespace
