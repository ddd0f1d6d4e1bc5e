#include <weft/runtime/once.hpp>

#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>

namespace {

using namespace std::chrono_literals;
using weft::condition;
using weft::once;
using weft::task;
using weft::test::every_model;
using weft::test::run_under;
using weft::test::seeds;

using counter = std::atomic<int>;

struct record {
  counter started = 0;
  counter ended = 0;
  counter saw_it_done = 0;
};

task<> initialise(record& r) {
  ++r.started;
  co_await weft::yield();
  co_await weft::yield();
  ++r.ended;
}

task<> need_it(once& o, record& r) {
  auto ready = co_await o.call(initialise, std::ref(r));
  if (ready && r.ended == 1) ++r.saw_it_done;
}

task<> need_from_many(record& r) {
  once o;
  weft::task_group group;
  for (int i = 0; i < 20; ++i) group.go(need_it(o, r));
  co_await group.join();
  co_await need_it(o, r);
}

TEST_CASE("it is done once, and everybody goes on after it is done") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    record r;
    run_under(m, need_from_many(r));
    CHECK(r.started == 1);
    CHECK(r.saw_it_done == 21);
  }
}

task<> fail_at_first(counter& tries) {
  co_await weft::yield();
  if (++tries < 3) throw std::runtime_error("not yet");
}

task<weft::result<void>> refuse_at_first(counter& tries) {
  co_await weft::yield();
  if (++tries < 3) co_return condition::refused;
  co_return weft::result<void>();
}

struct outcomes {
  counter succeeded = 0;
  counter failed = 0;
};

template <class Function>
task<> try_it(once& o, Function function, counter& tries, outcomes& seen) {
  try {
    auto ended = co_await o.call(function, std::ref(tries));
    ++(ended ? seen.succeeded : seen.failed);
  } catch (const std::runtime_error&) {
    ++seen.failed;
  }
}

template <class Function>
task<> try_from_many(Function function, counter& tries, outcomes& seen) {
  once o;
  weft::task_group group;
  for (int i = 0; i < 10; ++i) group.go(try_it(o, function, tries, seen));
  co_await group.join();
}

TEST_CASE("a failure goes to the one whose turn it was, and the next one tries again") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    counter tries = 0;
    outcomes thrown;
    run_under(m, try_from_many(fail_at_first, tries, thrown));
    CHECK(tries == 3);
    CHECK(thrown.failed == 2);
    CHECK(thrown.succeeded == 8);
    tries = 0;
    outcomes returned;
    run_under(m, try_from_many(refuse_at_first, tries, returned));
    CHECK(tries == 3);
    CHECK(returned.failed == 2);
    CHECK(returned.succeeded == 8);
  }
}

task<weft::result<void>> wait_long() {
  const auto slept = co_await weft::sleep(1h);
  if (slept) co_return slept;
  co_return weft::result<void>();
}

task<std::error_code> call_it(once& o) {
  auto ended = co_await o.call(wait_long);
  co_return ended ? std::error_code() : ended.error();
}

struct cancel_report {
  std::error_code first;
  std::error_code second;
  std::error_code third;
  bool is_done = false;
};

task<cancel_report> cancel_two() {
  once o;
  auto first = weft::go(call_it(o));
  (void)co_await weft::sleep(1ms);
  auto second = weft::go(call_it(o));
  (void)co_await weft::sleep(1ms);
  auto third = weft::go(call_it(o));
  (void)co_await weft::sleep(1ms);
  second.cancel();  // it waits for the first
  cancel_report r;
  r.second = co_await second.join();
  first.cancel();  // it is at it: the third has the turn then
  r.first = co_await first.join();
  r.third = co_await third.join();
  r.is_done = o.is_done();
  co_return r;
}

TEST_CASE("a waiting call can be cancelled, and a cancelled turn is passed on") {
  for (const auto& m : seeds(10)) {
    CAPTURE(m.name);
    const auto r = run_under(m, cancel_two());
    CHECK(r.first == condition::canceled);
    CHECK(r.second == condition::canceled);
    CHECK_FALSE(r.third);
    CHECK(r.is_done);
  }
}

task<std::error_code> call_cancelled() {
  once o;
  auto caller = weft::go(call_it(o));
  caller.cancel();
  const auto outcome = co_await caller.join();
  co_return o.is_done() ? std::error_code() : outcome;
}

TEST_CASE("a cancelled task whose turn fails leaves it to do") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, call_cancelled()) == condition::canceled);
  }
}

}  // namespace
