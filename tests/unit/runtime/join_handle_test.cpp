#include <weft/runtime/task_group.hpp>

#include <weft/runtime/sleep.hpp>
#include <weft/runtime/yield.hpp>

#include <support/captured_stderr.hpp>
#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::condition;
using weft::go;
using weft::join_handle;
using weft::task;
using weft::test::captured_stderr;
using weft::test::every_model;
using weft::test::run_seeded;
using weft::test::run_under;

task<int> twice(int value) {
  co_await weft::yield();
  co_return 2 * value;
}

task<int> fail(std::string why) {
  co_await weft::yield();
  throw std::runtime_error(why);
}

task<std::error_code> sleep_for(weft::duration wait) { co_return co_await weft::sleep(wait); }

task<int> start_and_join() {
  auto left = go(twice(20));
  auto right = go(twice(1));
  const int sum = co_await left.join();
  co_return sum + co_await right.join();
}

TEST_CASE("join returns the result of the task") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, start_and_join()) == 42);
  }
}

task<int> join_failed() {
  auto handle = go(fail("broken"));
  co_return co_await handle.join();
}

TEST_CASE("join rethrows what the task threw, which is then no unhandled error") {
  const captured_stderr err;
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK_THROWS_WITH(run_under(m, join_failed()), "broken");
  }
  CHECK(err.text().empty());
}

task<> append(std::string& log, char c) {
  log += c;
  co_return;
}

task<std::string> order_of_start() {
  std::string log;
  auto child = go(append(log, 'c'));
  log += 'p';
  co_await child.join();
  co_return log;
}

TEST_CASE("go does not run the task inside the caller") {
  CHECK(run_under({"event_loop", weft::event_loop{}}, order_of_start()) == "pc");
  CHECK(run_seeded(order_of_start()) == "pc");
}

task<bool> join_ended() {
  auto handle = go(twice(1));
  while (!handle.ended()) co_await weft::yield();
  co_return co_await handle.join() == 2;
}

TEST_CASE("join of a task that has ended gives its result") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, join_ended()));
  }
}

task<std::shared_ptr<int>> keep(std::shared_ptr<int> kept) {
  co_await weft::yield();
  co_return kept;
}

task<> drop_while_it_runs(std::shared_ptr<int> value) {
  { auto dropped = go(keep(value)); }
  while (value.use_count() > 2) co_await weft::yield();
}

task<> drop_after_its_end(std::shared_ptr<int> value) {
  auto handle = go(keep(value));
  while (!handle.ended()) co_await weft::yield();
}

TEST_CASE("a dropped handle leaves nothing of the task behind") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const auto value = std::make_shared<int>(1);
    run_under(m, drop_while_it_runs(value));
    CHECK(value.use_count() == 1);
    run_under(m, drop_after_its_end(value));
    CHECK(value.use_count() == 1);
  }
}

task<> drop_many(std::shared_ptr<int> value, int count) {
  std::vector<join_handle<std::shared_ptr<int>>> handles;
  for (int i = 0; i < count; ++i) {
    handles.push_back(go(keep(value)));
    if (i % 3 == 0) co_await weft::yield();
    if (handles.size() == 8) handles.erase(handles.begin(), handles.begin() + 4);
  }
}

TEST_CASE("handles may be dropped while their tasks end on other workers") {
  const auto value = std::make_shared<int>(1);
  run_under({"parallel, workers 4", weft::parallel{.workers = 4}}, drop_many(value, 20'000));
  CHECK(value.use_count() == 1);
}

task<int> move_handles() {
  auto handle = go(twice(1));
  auto other = go(twice(2));
  auto moved = std::move(handle);
  moved = std::move(other);
  co_return co_await moved.join();
}

TEST_CASE("a handle that is moved stands for the same task") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, move_handles()) == 4);
  }
}

task<std::error_code> cancel_sleeper(bool let_it_start) {
  auto handle = go(sleep_for(1h));
  if (let_it_start) {
    const auto ec = co_await weft::sleep(1ms);
    if (ec) co_return ec;
  }
  handle.cancel();
  co_return co_await handle.join();
}

TEST_CASE("cancel ends what the task waits for, also when it has not started to wait") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_sleeper(true)) == condition::canceled);
    CHECK(run_under(m, cancel_sleeper(false)) == condition::canceled);
  }
}

task<std::string> join_into(task<std::error_code> inner) {
  auto handle = go(std::move(inner));
  const auto ec = co_await handle.join();
  co_return ec.message() + (weft::cancel_requested() ? ", asked to end" : "");
}

task<std::string> cancel_joiner() {
  auto joiner = go(join_into(sleep_for(1h)));
  (void)co_await weft::sleep(1ms);
  joiner.cancel();
  co_return co_await joiner.join();
}

TEST_CASE("cancelling a joiner cancels the task it waits for and still waits for its end") {
  const auto canceled = std::error_code(condition::canceled).message() + ", asked to end";
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, cancel_joiner()) == canceled);
  }
}

task<std::string> join_when_cancelled_before() {
  auto joiner = go(join_into(sleep_for(1h)));
  joiner.cancel();
  co_return co_await joiner.join();
}

TEST_CASE("a task that is cancelled before it joins cancels the task it joins") {
  const auto canceled = std::error_code(condition::canceled).message() + ", asked to end";
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, join_when_cancelled_before()) == canceled);
  }
}

TEST_CASE("go outside of tasks throws and frees the task") {
  const auto value = std::make_shared<int>(1);
  CHECK_THROWS_WITH(go(keep(value)), ContainsSubstring("go()"));
  CHECK(value.use_count() == 1);
}

task<> leave_failure(bool keep_handle) {
  auto handle = go(fail("nobody listens"));
  if (!keep_handle) {
    {
      auto dropped = std::move(handle);
    }
    co_await weft::yield();
    (void)co_await weft::sleep(1ms);
    co_return;
  }
  while (!handle.ended()) co_await weft::yield();
}

TEST_CASE("an error that no join collects is reported on standard error") {
  for (const auto& m : every_model()) {
    for (const bool keep_handle : {true, false}) {
      CAPTURE(m.name, keep_handle);
      const captured_stderr err;
      run_under(m, leave_failure(keep_handle));
      CHECK_THAT(err.text(), ContainsSubstring("nobody listens"));
    }
  }
}

}  // namespace
