#include <weft/runtime/blocking.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

// Schedulers that start, have work and waiters of every kind, and stop. Some rounds are a case like
// the others; a test of its own asks for a thousand with WEFT_START_STOP_ROUNDS.

namespace {

using namespace std::chrono_literals;
using weft::channel;
using weft::scheduler;
using weft::task;
using weft::test::named_model;
using weft::test::serving_models;

int rounds() {
  const char* const wanted = std::getenv("WEFT_START_STOP_ROUNDS");
  return wanted != nullptr ? std::atoi(wanted) : 20;
}

/// What every task of a round holds while it lives.
class attendance {
public:
  explicit attendance(std::atomic<int>& present) : present_(present) { ++present_; }
  attendance(const attendance&) = delete;
  attendance& operator=(const attendance&) = delete;
  ~attendance() { --present_; }

private:
  std::atomic<int>& present_;
};

/// Outlives the main task, whose background tasks are cancelled after its end.
struct place {
  std::atomic<int> present = 0;
  channel<int> silent;
  channel<int> full;
  weft::mutex contended;
};

task<> sleep_long(place& p) {
  const attendance here(p.present);
  (void)co_await weft::sleep(1h);
}

task<> receive_nothing(place& p) {
  const attendance here(p.present);
  (void)co_await p.silent.recv();
}

task<> send_to_nobody(place& p) {
  const attendance here(p.present);
  (void)co_await p.full.send(1);
}

task<> join_a_sleeper(place& p) {
  const attendance here(p.present);
  auto child = weft::go(sleep_long(p));
  co_await child.join();
}

task<> yield_until_cancelled(place& p) {
  const attendance here(p.present);
  while (!weft::cancel_requested()) co_await weft::yield();
}

task<> lock_and_sleep(place& p) {
  const attendance here(p.present);
  for (int i = 0; i < 3; ++i) {
    auto held = co_await p.contended.lock();
    co_await weft::yield();
  }
}

task<> call_blocking(place& p) {
  const attendance here(p.present);
  co_await weft::blocking([] { std::this_thread::yield(); });
}

task<> start_more_when_cancelled(place& p) {
  const attendance here(p.present);
  (void)co_await weft::sleep(1h);
  weft::go(sleep_long(p));
}

task<> gather_and_cancel(place& p) {
  const attendance here(p.present);
  weft::task_group group;
  group.go(sleep_long(p));
  group.deal(receive_nothing(p));
  group.deal(join_a_sleeper(p));
  co_await weft::yield();
  group.cancel();
  co_await group.join();
}

task<> be_busy(place& p) {
  for (int i = 0; i < 2; ++i) {
    weft::go(sleep_long(p));
    weft::go(receive_nothing(p));
    weft::go(send_to_nobody(p));
    weft::go(join_a_sleeper(p));
    weft::go(yield_until_cancelled(p));
    weft::go(lock_and_sleep(p));
    weft::go(call_blocking(p));
    weft::go(start_more_when_cancelled(p));
  }
  auto gathering = weft::go(gather_and_cancel(p));
  co_await gathering.join();
}

/// One scheduler, two runs, and a thread that spawns into them.
int leftovers_of_a_round(const named_model& m) {
  place p;
  {
    scheduler s(m.value);
    std::thread outside([&] {
      for (int i = 0; i < 4; ++i) s.spawn(sleep_long(p));
    });
    s.run(be_busy(p));
    outside.join();
    s.run(be_busy(p));
  }
  return p.present;
}

TEST_CASE("a scheduler that stops leaves nothing behind, round after round", "[stress]") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    int leftovers = 0;
    for (int i = 0; i < rounds(); ++i) leftovers += leftovers_of_a_round(m);
    CHECK(leftovers == 0);
  }
}

}  // namespace
