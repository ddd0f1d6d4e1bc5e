#include <weft/runtime/deadline.hpp>

#include <weft/runtime/channel.hpp>
#include <weft/runtime/scheduler.hpp>
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
#include <system_error>

namespace {

using namespace std::chrono_literals;
using weft::condition;
using weft::result;
using weft::task;
using weft::test::every_model;
using weft::test::run_seeded;
using weft::test::run_under;
using weft::time_point;
using weft::with_deadline;
using weft::with_timeout;

using counter = std::atomic<int>;

task<int> value_after(weft::duration wait) {
  (void)co_await weft::sleep(wait);
  co_return 7;
}

task<result<int>> result_after(weft::duration wait, std::error_code error = {}) {
  const auto canceled = co_await weft::sleep(wait);
  if (canceled) co_return canceled;
  if (error) co_return error;
  co_return 7;
}

task<> pass(weft::duration wait) { (void)co_await weft::sleep(wait); }

time_point virtual_time(weft::duration since_start) { return time_point(since_start); }

task<weft::duration> time_of(task<result<int>> measured, std::error_code& error) {
  const auto start = weft::scheduler::current().now();
  auto outcome = co_await std::move(measured);
  if (!outcome) error = outcome.error();
  co_return weft::scheduler::current().now() - start;
}

TEST_CASE("a task that ends before its deadline gives its result") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(*run_under(m, with_timeout(1h, value_after(1ms))) == 7);
    CHECK(*run_under(m, with_timeout(1h, result_after(1ms))) == 7);
    CHECK(run_under(m, with_timeout(1h, pass(1ms))).has_value());
    const auto failed = run_under(m, with_timeout(1h, result_after(1ms, condition::eof)));
    CHECK(failed.error() == condition::eof);
  }
}

TEST_CASE("a deadline ends the task's waits and is reported as timed_out") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, with_timeout(1ms, value_after(1h))).error() == condition::timed_out);
    CHECK(run_under(m, with_timeout(1ms, result_after(1h))).error() == condition::timed_out);
    CHECK(run_under(m, with_timeout(1ms, pass(1h))).error() == condition::timed_out);
  }
}

TEST_CASE("a deadline is on the scheduler's clock") {
  std::error_code error;
  CHECK(run_seeded(time_of(with_timeout(5s, result_after(1h)), error)) == 5s);
  CHECK(error == condition::timed_out);
  CHECK(run_seeded(time_of(with_deadline(virtual_time(3s), result_after(1h)), error)) == 3s);
  CHECK(run_seeded(time_of(with_timeout(weft::duration::max(), result_after(2h)), error)) == 2h);
}

task<result<int>> timeout_after_waiting() {
  auto late = with_timeout(1min, result_after(1h));
  (void)co_await weft::sleep(1h);
  co_return co_await std::move(late);
}

TEST_CASE("a timeout counts from the await on") {
  std::error_code error;
  CHECK(run_seeded(time_of(timeout_after_waiting(), error)) == 1h + 1min);
}

task<int> note_start(counter& started) {
  ++started;
  co_return 1;
}

TEST_CASE("a task whose deadline has passed is not started") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter started = 0;
    const auto late = run_under(m, with_timeout(-1ms, note_start(started)));
    CHECK(late.error() == condition::timed_out);
    CHECK(run_under(m, with_timeout(0ms, note_start(started))).has_error());
    CHECK(started == 0);
  }
}

TEST_CASE("of nested deadlines the nearest one ends the task") {
  std::error_code error;
  const weft::duration inner_first =
      run_seeded(time_of(with_timeout(5s, with_timeout(2s, result_after(1h))), error));
  CHECK(inner_first == 2s);
  CHECK(error == condition::timed_out);
  const weft::duration outer_first =
      run_seeded(time_of(with_timeout(2s, with_timeout(5s, result_after(1h))), error));
  CHECK(outer_first == 2s);
  CHECK(error == condition::timed_out);
}

task<int> which_deadline(counter& inner_passed) {
  auto outcome = co_await with_timeout(5s, result_after(1h));
  if (!outcome && outcome.error() == condition::timed_out) ++inner_passed;
  co_return 0;
}

TEST_CASE("a task that an outer deadline cancels has no timeout of its own") {
  counter inner_passed = 0;
  const auto outcome = run_seeded(with_timeout(2s, which_deadline(inner_passed)));
  CHECK(outcome.error() == condition::timed_out);
  CHECK(inner_passed == 0);
}

task<std::error_code> cancel_limited(bool before_it_starts) {
  auto limited = weft::go(with_timeout(1h, result_after(2h)));
  if (!before_it_starts) (void)co_await weft::sleep(1ms);
  limited.cancel();
  auto outcome = co_await limited.join();
  co_return outcome ? std::error_code() : outcome.error();
}

TEST_CASE("a cancel from outside passes through and is no timeout") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_limited(true)) == condition::canceled);
    CHECK(run_under(m, cancel_limited(false)) == condition::canceled);
  }
}

task<result<int>> give_value_when_cancelled() {
  const auto canceled = co_await weft::sleep(1h);
  if (canceled) co_return 1;
  co_return 2;
}

TEST_CASE("a value in a result that comes after the deadline is not lost") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const auto late = run_under(m, with_timeout(1ms, give_value_when_cancelled()));
    REQUIRE(late.has_value());
    CHECK(*late == 1);
  }
}

task<> throw_code(weft::duration wait) {
  const auto canceled = co_await weft::sleep(wait);
  throw std::system_error(canceled ? canceled : make_error_code(condition::refused));
}

task<> throw_text_when_cancelled() {
  (void)co_await weft::sleep(1h);
  throw std::runtime_error("a defect");
}

TEST_CASE("exceptions pass a deadline, but one that says canceled becomes timed_out") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, with_timeout(1ms, throw_code(1h))).error() == condition::timed_out);
    CHECK_THROWS_AS(run_under(m, with_timeout(1h, throw_code(1ms))), std::system_error);
    CHECK_THROWS_WITH(run_under(m, with_timeout(1ms, throw_text_when_cancelled())), "a defect");
  }
}

task<> count_cancel(counter& canceled) {
  const auto outcome = co_await weft::sleep(1h);
  if (outcome == condition::canceled) ++canceled;
}

task<int> leave_children(counter& canceled) {
  weft::go(count_cancel(canceled));
  weft::go(count_cancel(canceled));
  co_return 5;
}

TEST_CASE("a deadline also ends what the task has started with go") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter canceled = 0;
    const auto outcome = run_under(m, with_timeout(1ms, leave_children(canceled)));
    CHECK(outcome.error() == condition::timed_out);
    CHECK(canceled == 2);
  }
}

TEST_CASE("a limited task that nobody awaits is freed") {
  const auto value = std::make_shared<int>(1);
  {
    auto unused =
        with_timeout(1h, [](std::shared_ptr<int> kept) -> task<int> { co_return *kept; }(value));
    (void)unused;
  }
  CHECK(value.use_count() == 1);
}

task<result<int>> limited_receive(weft::channel<int>& values, weft::duration wait) {
  auto receive = [](weft::channel<int>& c) -> task<result<int>> { co_return co_await c.recv(); };
  co_return co_await with_timeout(wait, receive(values));
}

task<> send_after(weft::channel<int>& values, weft::duration wait, counter& sent) {
  (void)co_await weft::sleep(wait);
  auto outcome = co_await values.send(1);
  if (outcome) ++sent;
}

task<> race_once(std::uint64_t seed, counter& sent, counter& received) {
  weft::channel<int> values;
  weft::task_group group;
  const weft::duration when(1'000 * (seed % 64));
  auto receiver = group.go(limited_receive(values, when));
  auto sender = group.go(send_after(values, when, sent));
  auto outcome = co_await receiver.join();
  if (outcome) ++received;
  sender.cancel();
  co_await group.join();
}

task<> race_many(int rounds, std::uint64_t seed, counter& sent, counter& received) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < rounds; ++i) co_await race_once(random(), sent, received);
}

TEST_CASE("a deadline that races with a hand-over loses no value") {
  const auto seed = weft::test::random_seed();
  CAPTURE(seed);
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter sent = 0;
    counter received = 0;
    run_under(m, race_many(500, seed, sent, received));
    CHECK(sent == received);
  }
}

task<std::string> join_by(weft::task_group& group) {
  try {
    co_await group.join();
  } catch (const std::system_error& e) {
    co_return e.code() == condition::timed_out ? "timed out" : e.what();
  } catch (const std::runtime_error& e) {
    co_return e.what();
  }
  co_return "joined";
}

task<std::string> group_until(weft::duration wait, task<> first, counter& canceled) {
  weft::task_group group(weft::scheduler::current().now() + wait);
  group.go(std::move(first));
  group.go(count_cancel(canceled));
  auto seen = co_await join_by(group);
  // The deadline is over: the group can be used again without one.
  group.go(pass(1ms));
  co_return seen + ", then " + co_await join_by(group);
}

task<> fail_after(weft::duration wait) {
  const auto canceled = co_await weft::sleep(wait);
  if (!canceled) throw std::runtime_error("child");
}

TEST_CASE("a group's deadline cancels the children, and join reports timed_out") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter canceled = 0;
    CHECK(run_under(m, group_until(1ms, count_cancel(canceled), canceled)) ==
          "timed out, then joined");
    CHECK(canceled == 2);
  }
}

TEST_CASE("a child's error that comes before the group's deadline is what join reports") {
  counter canceled = 0;
  CHECK(run_seeded(group_until(2h, fail_after(1ms), canceled)) == "child, then joined");
  CHECK(canceled == 1);
}

task<std::string> group_in_time() {
  weft::task_group group(weft::scheduler::current().now() + 1h);
  group.go(pass(1ms));
  co_return co_await join_by(group);
}

task<std::string> group_too_late(counter& canceled) {
  weft::task_group group(weft::scheduler::current().now() - 1ms);
  group.go(count_cancel(canceled));
  co_return co_await join_by(group);
}

TEST_CASE("a group that is joined before its deadline has no error") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, group_in_time()) == "joined");
  }
}

TEST_CASE("children that come after the group's deadline are cancelled when they come") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter canceled = 0;
    CHECK(run_under(m, group_too_late(canceled)) == "timed out");
    CHECK(canceled == 1);
  }
}

task<bool> deadline_before_join(counter& canceled) {
  weft::task_group group(weft::scheduler::current().now() + 1ms);
  group.go(count_cancel(canceled));
  while (canceled == 0) (void)co_await weft::sleep(1ms);
  co_return co_await join_by(group) == "timed out";
}

TEST_CASE("a group's deadline does not wait for the join") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter canceled = 0;
    CHECK(run_under(m, deadline_before_join(canceled)));
  }
}

}  // namespace
