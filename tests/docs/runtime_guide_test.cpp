#include <weft/runtime/blocking.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/guarded.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/select.hpp>
#include <weft/runtime/semaphore.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/when_all.hpp>
#include <weft/runtime/when_any.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdio>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/models.hpp"

// What docs/runtime.md shows, region by region.

using namespace std::chrono_literals;

namespace first_task {

// [first_task]
weft::task<int> add(int a, int b) { co_return a + b; }

weft::task<int> compute() {
  const int sum = co_await add(20, 1);
  co_return sum * 2;
}

int run_it() {
  weft::scheduler threads(weft::parallel{});
  return threads.run(compute());
}
// [/first_task]

}  // namespace first_task

TEST_CASE("the guide's first task gives its result") { CHECK(first_task::run_it() == 42); }

namespace beside {

using first_task::add;

// [go]
weft::task<int> two_at_once() {
  auto one = weft::go(add(1, 2));    // starts beside us
  auto other = weft::go(add(3, 4));  // and so does this
  const int first = co_await one.join();
  const int second = co_await other.join();
  co_return first + second;
}
// [/go]

// [group]
weft::task<int> fetch(int page) {
  if (page == 3) throw std::runtime_error("page 3 is broken");
  co_await weft::sleep(1h);
  co_return page;
}

weft::task<std::string> fetch_all() {
  weft::task_group group;
  for (int page = 1; page <= 3; ++page) group.go(fetch(page));
  try {
    co_await group.join();  // the failure of page 3 has cancelled the others
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "all here";
}
// [/group]

// [fork]
weft::task<long> sum(std::span<const long> numbers) {
  if (numbers.size() <= 1000) {
    co_return std::accumulate(numbers.begin(), numbers.end(), 0L);
  }
  const auto middle = numbers.size() / 2;
  auto left = co_await weft::fork(sum(numbers.first(middle)));
  const long right = co_await sum(numbers.subspan(middle));
  const long left_sum = co_await left.join();
  co_return left_sum + right;
}
// [/fork]

weft::task<long> sum_up(long count) {
  std::vector<long> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 1);
  co_return co_await sum(numbers);
}

}  // namespace beside

TEST_CASE("the guide's concurrent tasks are joined") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    CHECK(weft::test::run_under(m, beside::two_at_once()) == 10);
    CHECK(weft::test::run_under(m, beside::fetch_all()) == "page 3 is broken");
    CHECK(weft::test::run_under(m, beside::sum_up(100'000)) == 5'000'050'000);
  }
}

namespace several {

weft::task<std::string> ask(std::string name, weft::duration latency) {
  co_await weft::sleep(latency);
  co_return name;
}

// [when]
weft::task<std::string> both_and_either() {
  const auto [user, orders] = co_await weft::when_all(ask("user", 2ms), ask("orders", 1ms));
  const auto first = co_await weft::when_any(ask("slow", 1h), ask("fast", 1ms));
  co_return user + ", " + orders + ", " + std::get<1>(first);
}
// [/when]

// [timeout]
weft::task<std::string> at_most_a_second() {
  auto answer = co_await weft::with_timeout(1s, ask("too late", 1h));
  if (!answer && answer.error() == weft::condition::timed_out) co_return "gave up";
  co_return *answer;
}
// [/timeout]

// [cancel]
weft::task<std::string> watch() {
  for (;;) {
    const std::error_code woken = co_await weft::sleep(10min);
    if (woken == weft::condition::canceled) co_return "cleaned up";
  }
}

weft::task<std::string> stop_watching() {
  auto watching = weft::go(watch());
  co_await weft::sleep(1h);
  watching.cancel();  // every wait of that task ends now with condition::canceled
  co_return co_await watching.join();
}
// [/cancel]

}  // namespace several

TEST_CASE("the guide's waits for several tasks end as it says") {
  CHECK(weft::test::run_seeded(several::both_and_either()) == "user, orders, fast");
  CHECK(weft::test::run_seeded(several::at_most_a_second()) == "gave up");
  CHECK(weft::test::run_seeded(several::stop_watching()) == "cleaned up");
}

namespace talking {

// [channel]
weft::task<> produce(weft::channel<int>& out) {
  for (int i = 1; i <= 10; ++i) co_await out.send(i);  // waits while four are on the way
  out.close();
}

weft::task<int> consume() {
  weft::channel<int> numbers(4);
  weft::task_group group;
  group.go(produce(numbers));
  int sum = 0;
  while (auto n = co_await numbers.recv()) sum += *n;  // ends when the channel is closed and empty
  co_await group.join();
  co_return sum;
}
// [/channel]

// [select]
weft::task<std::string> first_of(weft::channel<int>& numbers, weft::channel<std::string>& words) {
  auto chosen = co_await weft::select(weft::recv(numbers), weft::recv(words), weft::after(1s));
  switch (chosen.index()) {
    case 0: co_return "a number";
    case 1: co_return *chosen.get<1>();
    case 2: co_return "nothing for a second";
    default: co_return "cancelled";
  }
}
// [/select]

weft::task<std::string> select_a_word() {
  weft::channel<int> numbers;
  weft::channel<std::string> words(1);
  const std::string nothing = co_await first_of(numbers, words);
  co_await words.send("a word");
  const std::string word = co_await first_of(numbers, words);
  co_return nothing + ", then " + word;
}

// [guarded]
weft::task<int> count_together() {
  weft::guarded<int> counter(0);
  weft::task_group group;
  for (int i = 0; i < 4; ++i) {
    group.go([](weft::guarded<int>& shared) -> weft::task<> {
      for (int n = 0; n < 1000; ++n) co_await shared.with([](int& value) { ++value; });
    }(counter));
  }
  co_await group.join();
  co_return co_await counter.with([](int& value) { return value; });
}
// [/guarded]

}  // namespace talking

TEST_CASE("the guide's tasks talk to each other") {
  CHECK(weft::test::run_seeded(talking::select_a_word()) == "nothing for a second, then a word");
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    CHECK(weft::test::run_under(m, talking::consume()) == 55);
    CHECK(weft::test::run_under(m, talking::count_together()) == 4000);
  }
}

namespace threads {

long slow_library_call() { return 7; }

// [blocking]
weft::task<long> call_a_library() {
  const long answer = co_await weft::blocking([] { return slow_library_call(); });
  long sum = 0;
  for (long i = 0; i < 1'000'000; ++i) {
    sum += i % answer;
    if (i % 10'000 == 0) weft::checkpoint();  // lets others in where the model asks for it
  }
  co_return sum;
}
// [/blocking]

// [virtual_time]
long hours_slept(std::uint64_t seed) {
  weft::scheduler s(weft::deterministic{seed});  // one thread, virtual time, replayed by the seed
  return s.run([]() -> weft::task<long> {
    const auto start = weft::scheduler::current().now();
    co_await weft::sleep(24h);  // takes no time
    const auto slept = weft::scheduler::current().now() - start;
    co_return std::chrono::duration_cast<std::chrono::hours>(slept).count();
  }());
}
// [/virtual_time]

}  // namespace threads

TEST_CASE("the guide's blocking call and long sleep end") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    CHECK(weft::test::run_under(m, threads::call_a_library()) == 2'999'997);
  }
  CHECK(threads::hours_slept(1) == 24);
}
