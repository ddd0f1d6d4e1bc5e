#include <weft/net/asio.hpp>

#include <weft/runtime/background_scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using weft::async_run;
using weft::background_scheduler;
using weft::condition;
using weft::task;
using weft::test::serving_models_with_io;

task<int> twice(int value) {
  co_await weft::yield();
  co_return 2 * value;
}

task<> fail() {
  co_await weft::yield();
  throw std::runtime_error("from the task");
}

task<bool> sleep_an_hour(std::atomic<int>& started) {
  ++started;
  co_return co_await weft::sleep(1h) == condition::canceled;
}

TEST_CASE("a callback gets a task's result on its own executor") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    background_scheduler side(m.value, m.io);
    asio::io_context context;
    int value = 0;
    bool failed = false;
    const auto here = std::this_thread::get_id();
    bool was_here = false;
    auto on_value = [&](std::exception_ptr, int v) {
      value = v;
      was_here = std::this_thread::get_id() == here;
    };
    auto on_error = [&](std::exception_ptr e) {
      try {
        if (e) std::rethrow_exception(e);
      } catch (const std::runtime_error&) {
        failed = true;
      }
    };
    async_run(side.tasks(), twice(21), asio::bind_executor(context, on_value));
    async_run(side.tasks(), fail(), asio::bind_executor(context, on_error));
    context.run();  // has work until both have ended
    CHECK(value == 42);
    CHECK(was_here);
    CHECK(failed);
  }
}

TEST_CASE("a callback without an executor is called too") {
  background_scheduler side(weft::parallel{2});
  std::promise<int> got;
  async_run(side.tasks(), twice(4), [&](std::exception_ptr, int v) { got.set_value(v); });
  CHECK(got.get_future().get() == 8);
}

TEST_CASE("use_future gives a future") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    background_scheduler side(m.value, m.io);
    CHECK(async_run(side.tasks(), twice(4), asio::use_future).get() == 8);
    // Only the type: ThreadSanitizer does not see libstdc++ count the references to an exception.
    CHECK_THROWS_AS(async_run(side.tasks(), fail(), asio::use_future).get(), std::runtime_error);
  }
}

asio::awaitable<int> sum_of_tasks(weft::scheduler& tasks) {
  int sum = 0;
  for (int i = 0; i < 20; ++i) {
    sum += co_await async_run(tasks, twice(i), asio::use_awaitable);
    sum += co_await async_run(tasks, twice(i), asio::deferred);
  }
  co_return sum;
}

TEST_CASE("an awaitable of Asio awaits tasks, in a program with its own io_context") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    background_scheduler side(m.value, m.io);
    asio::io_context context;
    auto sum = asio::co_spawn(context, sum_of_tasks(side.tasks()), asio::use_future);
    std::thread program([&context] { context.run(); });
    CHECK(sum.get() == 760);
    program.join();
  }
}

/// There and back: a task that waits for a timer of the program's own io_context.
task<int> wait_in(asio::io_context& context) {
  asio::steady_timer timer(context, 1ms);
  auto waited = co_await timer.async_wait(weft::use_task);
  co_return waited ? 1 : 0;
}

asio::awaitable<int> wait_there_and_back(weft::scheduler& tasks, asio::io_context& context) {
  co_return co_await async_run(tasks, wait_in(context), asio::use_awaitable);
}

TEST_CASE("a task that Asio code awaits may itself await the program's Asio objects") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    background_scheduler side(m.value, m.io);
    asio::io_context context;
    auto done =
        asio::co_spawn(context, wait_there_and_back(side.tasks(), context), asio::use_future);
    std::thread program([&context] { context.run(); });
    CHECK(done.get() == 1);
    program.join();
  }
}

TEST_CASE("a cancellation signal of Asio cancels the task") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    background_scheduler side(m.value, m.io);
    asio::io_context context;
    asio::cancellation_signal signal;
    std::atomic<int> started = 0;
    std::optional<bool> was_cancelled;
    auto on_end = [&](std::exception_ptr, bool c) { was_cancelled = c; };
    async_run(side.tasks(), sleep_an_hour(started),
              asio::bind_executor(context, asio::bind_cancellation_slot(signal.slot(), on_end)));
    while (started == 0) std::this_thread::yield();
    signal.emit(asio::cancellation_type::terminal);
    context.run();
    CHECK(was_cancelled == true);
  }
}

TEST_CASE("a stop of the scheduler cancels the task and its handler is called") {
  std::atomic<int> started = 0;
  background_scheduler side(weft::parallel{2});
  auto left = async_run(side.tasks(), sleep_an_hour(started), asio::use_future);
  while (started == 0) std::this_thread::yield();
  side.stop();
  CHECK(left.get());
}

TEST_CASE("a handler whose task never runs is called when the scheduler is destroyed") {
  auto never = std::make_unique<weft::scheduler>(weft::event_loop{});
  auto answer = async_run(*never, twice(1), asio::use_future);
  never.reset();
  try {
    (void)answer.get();
    FAIL("the task never ran");
  } catch (const std::system_error& e) {
    CHECK(e.code() == condition::canceled);
  }
}

}  // namespace
