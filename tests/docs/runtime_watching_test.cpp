#include <weft/runtime.hpp>

#include "support/models.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>

// What docs/runtime.md shows under "Seeing what happens". What the page
// shows of their output is what they print here: `weft_docs_test -s "[output]"`.

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

// Not in an unnamed namespace: their names are part of what the page shows.

// [dump]
weft::task<int> cook(weft::channel<int>& orders) {
  int cooked = 0;
  while (auto order = co_await orders.recv()) ++cooked;
  co_return cooked;
}

weft::task<int> kitchen(weft::channel<int>& orders) { co_return co_await cook(orders); }

weft::task<weft::task_dump> look_into_the_kitchen() {
  weft::channel<int> orders;
  auto working = weft::go(kitchen(orders));
  co_await weft::sleep(1ms);
  const weft::task_dump seen = weft::dump_tasks();
  orders.close();
  co_await working.join();
  co_return seen;
}
// [/dump]

TEST_CASE("the guide's dump shows the chain of a waiting task", "[output]") {
  const std::string seen = weft::test::run_seeded(look_into_the_kitchen()).text();
  CHECK_THAT(seen, ContainsSubstring(" waits in channel::recv"));
  CHECK(seen.find("cook") < seen.find("kitchen"));
  CHECK_THAT(seen, ContainsSubstring(" runs on worker 0\n"));
}

// [stall]
weft::task<> hold_the_loop() {
  co_await weft::sleep(1ms);
  const auto end = std::chrono::steady_clock::now() + 200ms;
  while (std::chrono::steady_clock::now() < end) {}
}

std::string find_the_stall_of(weft::task<> work) {
  std::string found;
  weft::stall_options options;
  options.threshold = 50ms;
  options.report = [&found](const weft::stall_report& stall) { found = stall.text(); };
  weft::scheduler loop(weft::event_loop{});
  {
    weft::stall_watch watch(loop, options);
    loop.run(std::move(work));
  }
  return found;
}
// [/stall]

// [held_lock]
weft::task<> settle(weft::mutex& ledger) {
  const auto held = co_await ledger.lock();
  co_await weft::sleep(200ms);  // all others wait meanwhile
}

weft::task<> book(weft::mutex& ledger) { const auto held = co_await ledger.lock(); }

weft::task<> settle_and_book() {
  weft::mutex ledger;
  weft::task_group group;
  group.go(settle(ledger));
  group.go(book(ledger));
  co_await group.join();
}
// [/held_lock]

TEST_CASE("the guide's held mutex is found", "[output]") {
  const std::string found = find_the_stall_of(settle_and_book());
  CHECK_THAT(found, ContainsSubstring(" holds a mutex that 1 task waits for, for "));
  CHECK_THAT(found, ContainsSubstring("settle("));
  CHECK_THAT(found, ContainsSubstring("book("));
}

TEST_CASE("the guide's stall is found", "[output]") {
  const std::string found = find_the_stall_of(hold_the_loop());
  CHECK_THAT(found, ContainsSubstring(" holds the loop, worker 0 for "));
  CHECK_THAT(found, ContainsSubstring("hold_the_loop"));
}

namespace {

weft::task<long> fib(int n) {
  if (n < 2) co_return n;
  auto left = co_await weft::fork(fib(n - 1));
  const long right = co_await fib(n - 2);
  const long left_sum = co_await left.join();
  co_return left_sum + right;
}

// [metrics]
std::string count_the_work() {
  weft::scheduler pool(weft::parallel{2});
  pool.run(fib(22));
  const weft::scheduler_metrics now = pool.metrics();  // also while tasks run, from any thread
  std::ostringstream text;
  for (const weft::worker_metrics& worker : now.workers) {
    if (worker.slices == 0) continue;
    text << "worker " << worker.id << ": " << worker.slices << " slices, " << worker.steals
         << " steals, " << worker.parks << " parks\n";
  }
  return text.str();
}
// [/metrics]

TEST_CASE("the guide's metrics count slices by worker", "[output]") {
  CHECK_THAT(count_the_work(), ContainsSubstring("worker ") && ContainsSubstring(" slices, "));
}

// [trace]
void record(std::ostream& file) {
  weft::trace_session session;
  weft::scheduler(weft::parallel{2}).run(fib(10));
  weft::write_chrome_json(session.stop(), file);
}
// [/trace]

TEST_CASE("the guide's trace is a file for Perfetto") {
  std::ostringstream file;
  record(file);
  CHECK_THAT(file.str(), ContainsSubstring("\"traceEvents\""));
  CHECK_THAT(file.str(), ContainsSubstring("worker 0"));
}

}  // namespace
