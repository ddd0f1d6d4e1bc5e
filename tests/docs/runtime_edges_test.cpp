#include <weft/net/asio.hpp>
#include <weft/runtime.hpp>

#include "support/models.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <future>
#include <stop_token>
#include <string>
#include <thread>

// What docs/runtime.md shows under "From threads, futures and Asio".

using namespace std::chrono_literals;

namespace {

weft::task<int> compute() {
  co_await weft::yield();
  co_return 42;
}

namespace threads {

// [submit]
int ask_from_a_thread() {
  weft::background_scheduler side(weft::parallel{2});  // runs on threads of its own
  std::future<int> answer = weft::submit(side.tasks(), compute());
  return answer.get();  // this thread may block: it runs no tasks
}  // here the tasks that are left are cancelled and joined
// [/submit]

// [feed]
weft::task<int> add_up(weft::channel<int>& numbers) {
  int sum = 0;
  while (auto n = co_await numbers.recv()) sum += *n;
  co_return sum;
}

int feed_from_a_thread() {
  weft::channel<int> numbers(4);
  weft::background_scheduler side(weft::event_loop{});
  auto sum = weft::submit(side.tasks(), add_up(numbers));
  for (int i = 1; i <= 100; ++i) {
    if (!numbers.blocking_send(i)) break;  // sleeps while four are on the way
  }
  numbers.close();
  return sum.get();
}
// [/feed]

}  // namespace threads

TEST_CASE("the guide's threads get their answers from tasks") {
  CHECK(threads::ask_from_a_thread() == 42);
  CHECK(threads::feed_from_a_thread() == 5050);
}

namespace with_asio {

// [async_run]
namespace asio = boost::asio;

asio::awaitable<int> session(weft::scheduler& tasks) {
  const int answer = co_await weft::async_run(tasks, compute(), asio::use_awaitable);
  co_return answer + 1;  // on the io_context again
}

int run_session() {
  weft::background_scheduler side;
  asio::io_context context;
  auto ended = asio::co_spawn(context, session(side.tasks()), asio::use_future);
  context.run();  // has work until the task has ended
  return ended.get();
}
// [/async_run]

// [use_task]
weft::task<std::string> say_hello() {
  asio::local::stream_protocol::socket here(weft::asio_executor());
  asio::local::stream_protocol::socket there(weft::asio_executor());
  asio::local::connect_pair(here, there);
  const auto sent = co_await asio::async_write(here, asio::buffer("hello", 5), weft::use_task);
  if (!sent) co_return sent.error().message();
  std::string text(100, ' ');
  const auto count = co_await there.async_read_some(asio::buffer(text), weft::use_task);
  if (!count) co_return count.error().message();  // condition::eof, condition::canceled, ...
  co_return text.substr(0, *count);
}
// [/use_task]

}  // namespace with_asio

TEST_CASE("the guide's tasks and Asio's operations await each other") {
  CHECK(with_asio::run_session() == 43);
  for (const auto& m : weft::test::serving_models()) {
    CAPTURE(m.name);
    CHECK(weft::test::run_under(m, with_asio::say_hello()) == "hello");
  }
}

namespace stops {

weft::task<std::error_code> wait_an_hour() { co_return co_await weft::sleep(1h); }

// [with_stop]
weft::task<std::string> wait_for_stop(std::stop_token stop) {
  const std::error_code ended = co_await weft::with_stop(stop, wait_an_hour());
  co_return ended == weft::condition::canceled ? "stopped" : "an hour later";
}
// [/with_stop]

// [stop_token]
long count_until(std::stop_token stop) {  // in a library that knows nothing of tasks
  long steps = 0;
  do ++steps;
  while (!stop.stop_requested());
  return steps;
}

weft::task<long> count_until_cancelled() { co_return co_await weft::blocking(count_until); }
// [/stop_token]

weft::task<bool> cancel_counting() {
  auto counting = weft::go(count_until_cancelled());
  co_await weft::sleep(2ms);
  counting.cancel();
  const long steps = co_await counting.join();
  co_return steps > 0;
}

}  // namespace stops

TEST_CASE("the guide's stop tokens stop tasks, and cancelled tasks stop who has one") {
  for (const auto& m : weft::test::serving_models()) {
    CAPTURE(m.name);
    std::stop_source stop;
    std::jthread later([&stop] { stop.request_stop(); });
    CHECK(weft::test::run_under(m, stops::wait_for_stop(stop.get_token())) == "stopped");
    CHECK(weft::test::run_under(m, stops::cancel_counting()));
  }
}

}  // namespace
