#include "net/asio_wait.hpp"

#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <boost/system/system_error.hpp>

#include <chrono>
#include <functional>
#include <new>
#include <system_error>

namespace {

using namespace std::chrono_literals;
using weft::condition;
using weft::detail::on_cancel;
using weft::result;
using weft::task;
using weft::test::named_model;
using weft::test::run_under;
using weft::test::serving_models_with_io;

using handler_type = std::function<void(boost::system::error_code, int)>;

/// An operation that takes no signal and ends when `kept` is called.
task<result<int>> wait_for_call(handler_type& kept) {
  auto start = [&kept](auto handler) { kept = handler; };
  weft::detail::asio_wait<int, decltype(start)> waiting(weft::detail::shared_io_context(), "test",
                                                        start, on_cancel::abandons);
  co_return co_await waiting;
}

task<> call_later(handler_type& kept) {
  while (!kept) (void)co_await weft::sleep(100us);
  kept({}, 7);
}

task<result<int>> let_it_end(handler_type& kept) {
  auto waiter = weft::go(wait_for_call(kept));
  co_await call_later(kept);
  co_return co_await waiter.join();
}

task<result<int>> abandon(handler_type& kept) {
  auto waiter = weft::go(wait_for_call(kept));
  while (!kept) (void)co_await weft::sleep(100us);
  waiter.cancel();
  auto outcome = co_await waiter.join();
  kept({}, 7);  // the operation ends when nobody waits any more
  co_return outcome;
}

TEST_CASE("a wait for an operation that takes no signal gives its value") {
  const named_model m{"event_loop", weft::event_loop{}};
  handler_type kept;
  CHECK(run_under(m, let_it_end(kept)).value() == 7);
}

TEST_CASE("a cancel abandons an operation that takes no signal, whose end is then dropped") {
  const named_model m{"event_loop", weft::event_loop{}};
  handler_type kept;
  CHECK(run_under(m, abandon(kept)).error() == condition::canceled);
}

task<result<int>> wait_when_cancelled(handler_type& kept) {
  while (!weft::cancel_requested()) co_await weft::yield();
  co_return co_await wait_for_call(kept);
}

task<bool> abandon_before_its_start(handler_type& kept) {
  auto waiter = weft::go(wait_when_cancelled(kept));
  waiter.cancel();
  auto outcome = co_await waiter.join();
  co_return outcome.error() == condition::canceled && !kept;
}

TEST_CASE("an operation of a task that was cancelled before is not started") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    handler_type kept;
    CHECK(run_under(m, abandon_before_its_start(kept)));
  }
}

/// An operation that cannot begin.
template <class Error>
task<result<int>> fail_to_start(Error error) {
  auto start = [error](const auto&) { throw error; };
  weft::detail::asio_wait<int, decltype(start)> waiting(weft::detail::shared_io_context(), "test",
                                                        start);
  co_return co_await waiting;
}

TEST_CASE("an operation that cannot start ends with the reason") {
  const auto refused = std::make_error_code(std::errc::resource_unavailable_try_again);
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    // Asio's, where the system has no thread for a resolver.
    const boost::system::system_error of_asio(boost::system::error_code(refused), "thread");
    CHECK(run_under(m, fail_to_start(of_asio)).error() == refused);
    CHECK(run_under(m, fail_to_start(std::system_error(refused))).error() == refused);
    CHECK(run_under(m, fail_to_start(std::bad_alloc())).error() == std::errc::not_enough_memory);
  }
}

task<> cancel_at_once(handler_type& kept, int round) {
  auto waiter = weft::go(wait_for_call(kept));
  for (int i = 0; i < round % 8; ++i) co_await weft::yield();
  waiter.cancel();
  auto outcome = co_await waiter.join();
  CHECK(outcome.error() == condition::canceled);
}

task<> cancel_again_and_again() {
  for (int round = 0; round < 500; ++round) {
    handler_type kept;
    co_await cancel_at_once(kept, round);
  }
}

TEST_CASE("a cancel races with the beginning of a wait that it abandons") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    run_under(m, cancel_again_and_again());
  }
}

}  // namespace
