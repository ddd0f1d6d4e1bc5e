#include <weft/runtime.hpp>

#include "support/models.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <utility>

// What docs/runtime.md shows under "Limits and signals".

using namespace std::chrono_literals;

namespace {

namespace limits {

// [semaphore]
weft::task<> download(weft::semaphore& places) {
  auto place = co_await places.acquire();
  if (!place) co_return;       // cancelled while it stood in line
  co_await weft::sleep(10ms);  // the download
}  // the next in line gets its place

weft::task<weft::duration> download_ten() {
  const auto start = weft::scheduler::current().now();
  weft::semaphore places(3);
  weft::task_group group;
  for (int i = 0; i < 10; ++i) group.go(download(places));
  co_await group.join();
  co_return weft::scheduler::current().now() - start;  // 40 ms: three, three, three, one
}
// [/semaphore]

// [interval]
weft::task<weft::duration> sample_ten_times() {
  const auto start = weft::scheduler::current().now();
  weft::interval ticks(100ms);
  for (int i = 0; i < 10; ++i) {
    const auto due = co_await ticks.tick();
    if (!due) break;             // cancelled
    co_await weft::sleep(30ms);  // the work does not push the next tick back
  }
  co_return weft::scheduler::current().now() - start;  // 1,030 ms
}
// [/interval]

}  // namespace limits

TEST_CASE("the guide's limits take the time that it says") {
  CHECK(weft::test::run_seeded(limits::download_ten()) == 40ms);
  CHECK(weft::test::run_seeded(limits::sample_ten_times()) == 1030ms);
}

namespace signals {

// [event]
weft::task<std::string> greet(weft::event& ready, const std::string& language) {
  co_await ready.wait();  // not at all where it is set already
  co_return language == "fr" ? "Bonjour" : "Hello";
}

weft::task<std::string> start_up() {
  weft::event ready;
  std::string language;
  auto one = weft::go(greet(ready, language));
  auto other = weft::go(greet(ready, language));
  language = "fr";
  ready.set();  // both go on
  const std::string first = co_await one.join();
  const std::string second = co_await other.join();
  co_return first + ", " + second;
}
// [/event]

// [oneshot]
struct question {
  question(int n, weft::oneshot_sender<int> to) : number(n), answer(std::move(to)) {}
  int number;
  weft::oneshot_sender<int> answer;
};

weft::task<> square(weft::channel<question>& questions) {
  while (auto asked = co_await questions.recv()) asked->answer.send(asked->number * asked->number);
}

weft::task<int> ask(weft::channel<question>& questions, int number) {
  weft::oneshot<int> reply;
  question asked(number, std::move(reply.sender));
  co_await questions.send(std::move(asked));
  const auto answer = co_await reply.receiver.recv();
  co_return answer ? *answer : -1;  // condition::eof where the sender went without a value
}
// [/oneshot]

weft::task<int> ask_twice() {
  weft::channel<question> questions;
  auto answering = weft::go(square(questions));
  const int first = co_await ask(questions, 3);
  const int second = co_await ask(questions, 4);
  questions.close();
  co_await answering.join();
  co_return first + second;
}

// [once]
weft::task<> connect(int& connections) {
  co_await weft::sleep(5ms);
  ++connections;
}

weft::task<> query(weft::once& connected, int& connections) {
  const auto ready = co_await connected.call(connect, std::ref(connections));
  if (!ready) co_return;  // cancelled; had connect() thrown, the next one would try
  co_await weft::sleep(1ms);
}

weft::task<int> query_five_times() {
  weft::once connected;
  int connections = 0;
  weft::task_group group;
  for (int i = 0; i < 5; ++i) group.go(query(connected, connections));
  co_await group.join();
  co_return connections;  // 1
}
// [/once]

// [broadcast]
weft::task<int> follow(weft::broadcast_receiver<int> prices) {
  int last = 0;
  while (auto price = co_await prices.recv()) last = *price;
  co_return last;
}

weft::task<int> tell_two() {
  weft::broadcast<int> prices(16);  // who falls 16 behind is told how many values it missed
  auto one = weft::go(follow(prices.subscribe()));
  auto other = weft::go(follow(prices.subscribe()));
  prices.send(99);
  prices.send(101);
  prices.close();
  const int first = co_await one.join();
  const int second = co_await other.join();
  co_return first + second;  // 202
}
// [/broadcast]

// [shield]
weft::task<> write_file(std::string& file) {
  file = "half";
  co_await weft::sleep(10ms);
  file = "whole";
}

weft::task<> save(std::string& file) { co_await weft::shield(write_file(file)); }

weft::task<std::string> cancel_while_saving() {
  std::string file;
  auto saving = weft::go(save(file));
  co_await weft::sleep(1ms);
  saving.cancel();  // does not reach write_file()
  co_await saving.join();
  co_return file;  // "whole"
}
// [/shield]

}  // namespace signals

TEST_CASE("the guide's signals arrive as it says, under each model") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    CHECK(weft::test::run_under(m, signals::start_up()) == "Bonjour, Bonjour");
    CHECK(weft::test::run_under(m, signals::ask_twice()) == 25);
    CHECK(weft::test::run_under(m, signals::query_five_times()) == 1);
    CHECK(weft::test::run_under(m, signals::tell_two()) == 202);
    CHECK(weft::test::run_under(m, signals::cancel_while_saving()) == "whole");
  }
}

}  // namespace
