#include <weft/runtime/cancel_window.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "support/models.hpp"

using namespace std::chrono_literals;
using weft::condition;
using weft::task;

namespace {

task<> cancel_later(weft::cancel_window& window, weft::duration wait) {
  (void)co_await weft::sleep(wait);
  window.cancel();
}

TEST_CASE("a cancel of a window ends the waits in it, and none after it") {
  weft::test::run_seeded([]() -> task<> {
    weft::cancel_window window;
    weft::task_group group;
    group.go(cancel_later(window, 10ms));
    window.open();
    const std::error_code inside = co_await weft::sleep(1h);
    CHECK(inside == condition::canceled);
    CHECK(weft::cancel_requested());
    CHECK(!window.is_open());
    CHECK(window.close());
    CHECK(!weft::cancel_requested());
    const std::error_code after = co_await weft::sleep(1ms);
    CHECK(!after);
    co_await group.join();
  }());
}

TEST_CASE("a cancel of a closed window does nothing") {
  weft::test::run_seeded([]() -> task<> {
    weft::cancel_window window;
    CHECK(!window.cancel());
    window.open();
    CHECK(window.is_open());
    CHECK(!window.close());
    CHECK(!window.cancel());
    const std::error_code end = co_await weft::sleep(1ms);
    CHECK(!end);
    CHECK(!window.close());
  }());
}

TEST_CASE("a window reaches what the task waits for in a group") {
  weft::test::run_seeded([]() -> task<> {
    weft::cancel_window window;
    weft::task_group outer;
    outer.go(cancel_later(window, 10ms));
    bool cancelled = false;
    window.open();
    {
      weft::task_group inner;
      inner.go([](bool& seen) -> task<> {
        const std::error_code end = co_await weft::sleep(1h);
        seen = end == condition::canceled;
      }(cancelled));
      co_await inner.join();
    }
    CHECK(window.close());
    CHECK(cancelled);
    co_await outer.join();
  }());
}

task<> leave_window_cancelled(weft::cancel_window& window, std::atomic<int>& stayed) {
  window.open();
  (void)co_await weft::sleep(1h);
  window.close();
  if (weft::cancel_requested()) ++stayed;
  const std::error_code end = co_await weft::sleep(1h);
  if (end == condition::canceled) ++stayed;
}

TEST_CASE("a task whose scope is cancelled stays so after the window") {
  weft::test::run_seeded([]() -> task<> {
    for (const bool window_first : {false, true}) {
      weft::cancel_window window;
      std::atomic<int> stayed{0};
      weft::task_group group;
      group.go(leave_window_cancelled(window, stayed));
      (void)co_await weft::sleep(1ms);
      if (window_first) window.cancel();
      group.cancel();
      window.cancel();
      co_await group.join();
      CHECK(stayed == 2);
    }
  }());
}

TEST_CASE("what is not due when the window has been claimed is not cancelled") {
  weft::test::run_seeded([]() -> task<> {
    weft::cancel_window window;
    window.open();
    CHECK(!window.cancel_if([] { return false; }));
    CHECK(window.is_open());
    CHECK(!weft::cancel_requested());
    CHECK(window.cancel_if([] { return true; }));
    CHECK(window.close());
    co_return;
  }());
}

TEST_CASE("a window is opened by a task") {
  weft::cancel_window window;
  CHECK_THROWS_AS(window.open(), std::logic_error);
}

task<> open_and_close(weft::cancel_window& window, int rounds, int& wrong) {
  for (int i = 0; i < rounds; ++i) {
    window.open();
    if (i % 3 == 0) (void)co_await weft::sleep(1us);
    window.close();
    if (weft::cancel_requested()) ++wrong;
  }
}

TEST_CASE("a window may be cancelled from another thread at any moment") {
  for (const auto& m : weft::test::serving_models()) {
    CAPTURE(m.name);
    weft::cancel_window window;
    std::atomic<bool> done{false};
    std::thread canceller([&] {
      while (!done) window.cancel();
    });
    int wrong = 0;
    weft::test::run_under(m, open_and_close(window, 2000, wrong));
    done = true;
    canceller.join();
    CHECK(wrong == 0);
  }
}

}  // namespace
