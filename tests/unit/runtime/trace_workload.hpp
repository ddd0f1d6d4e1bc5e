#pragma once

#include <weft/runtime/blocking.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/guarded.hpp>
#include <weft/runtime/select.hpp>
#include <weft/runtime/shared_mutex.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/trace.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <chrono>

// Work that meets every kind of wait, and the trace of it.

namespace weft::test {

inline task<> send_all(weft::channel<int>& values, int count) {
  for (int i = 0; i < count; ++i) (void)co_await values.send(i);
}

inline task<> receive_all(weft::channel<int>& values, weft::guarded<int>& sum, int count) {
  for (int i = 0; i < count; ++i) {
    const auto value = co_await values.recv();
    const int got = value ? *value : 0;
    co_await sum.with([&](int& total) { total += got; });
  }
}

inline task<> compute() {
  volatile unsigned work = 0;
  for (int i = 0; i < 20'000; ++i) {
    work = work + 1;
    if (i % 500 == 0) weft::checkpoint();
  }
  co_await weft::yield();
}

inline task<> sleep_for_ever() { (void)co_await weft::sleep(std::chrono::hours(1)); }

inline task<int> divide(int n) {
  if (n < 2) co_return n;
  auto left = co_await weft::fork(divide(n - 1));
  const int right = co_await divide(n - 2);
  co_return co_await left.join() + right;
}

inline task<> take_turns(weft::shared_mutex& turn, int count) {
  for (int i = 0; i < count; ++i) {
    const auto held = co_await turn.lock();
    co_await weft::yield();
  }
}

inline task<> select_all(weft::channel<int>& values, int count) {
  weft::channel<int> never;
  for (int i = 0; i < count; ++i) {
    auto chosen = co_await weft::select(weft::recv(values), weft::recv(never),
                                        weft::after(std::chrono::hours(1)));
    (void)chosen;
  }
}

inline task<> meet_every_wait() {
  weft::channel<int> none(0);
  weft::channel<int> some(2);
  weft::channel<int> selected(1);
  weft::guarded<int> sum(0);
  weft::shared_mutex turn;
  weft::task_group group;
  group.go(select_all(selected, 25));
  group.go(send_all(selected, 25));
  for (int i = 0; i < 2; ++i) group.go(take_turns(turn, 10));
  for (int i = 0; i < 4; ++i) {
    weft::channel<int>& values = i % 2 == 0 ? none : some;
    group.go(send_all(values, 25));
    group.go(receive_all(values, sum, 25));
    group.go(compute());
  }
  auto sleeper = group.go(sleep_for_ever());
  (void)co_await weft::sleep(std::chrono::milliseconds(1));
  co_await weft::blocking([] {});
  (void)co_await divide(6);
  sleeper.cancel();
  co_await sleeper.join();
  co_await group.join();
}

inline trace_log record(const named_model& m) {
  weft::trace_session session;
  weft::test::run_under(m, meet_every_wait());
  return session.stop();
}

}  // namespace weft::test
