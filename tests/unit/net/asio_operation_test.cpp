#include <weft/net/asio.hpp>

#include <weft/runtime/deadline.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using pipe_end = asio::local::stream_protocol::socket;
using weft::condition;
using weft::result;
using weft::task;
using weft::test::run_under;
using weft::test::serving_models_with_io;
using weft::use_task;

/// An io_context that a thread of the program runs, as programs have before they meet weft.
class other_context {
public:
  other_context() : work_(asio::make_work_guard(context_)), thread_([this] { context_.run(); }) {}
  ~other_context() { stop(); }
  asio::io_context& operator*() noexcept { return context_; }
  void stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

private:
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

task<result<void>> wait_on(asio::any_io_executor executor, weft::duration wait) {
  asio::steady_timer timer(executor, wait);
  co_return co_await timer.async_wait(use_task);
}

task<result<void>> wait_here(weft::duration wait) {
  co_return co_await wait_on(weft::asio_executor(), wait);
}

TEST_CASE("a timer of Asio can be awaited") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK(run_under(m, wait_here(1ms)).has_value());
    CHECK(run_under(m, wait_here(-1ms)).has_value());
  }
}

TEST_CASE("an operation of an io_context that another thread runs can be awaited") {
  other_context other;
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK(run_under(m, wait_on((*other).get_executor(), 1ms)).has_value());
  }
}

task<std::string> echo_once(asio::any_io_executor executor) {
  pipe_end here(executor);
  pipe_end there(executor);
  asio::local::connect_pair(here, there);
  const std::string sent = "hello";
  auto written = co_await asio::async_write(here, asio::buffer(sent), use_task);
  std::array<char, 16> bytes{};
  auto count = co_await there.async_read_some(asio::buffer(bytes), use_task);
  if (!written || !count) co_return "failed";
  co_return std::string(bytes.data(), *count);
}

task<std::string> echo_here() { co_return co_await echo_once(weft::asio_executor()); }

TEST_CASE("sockets give the number of bytes as a result") {
  other_context other;
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK(run_under(m, echo_here()) == "hello");
    CHECK(run_under(m, echo_once((*other).get_executor())) == "hello");
  }
}

// Each end is read once: Asio may wait for ever in a read after the one that met the end.

task<std::tuple<std::string, bool>> read_to_the_end() {
  pipe_end here(weft::asio_executor());
  pipe_end there(weft::asio_executor());
  asio::local::connect_pair(here, there);
  here.send(asio::buffer("abc", 3));
  here.close();
  std::array<char, 16> bytes{};
  auto [error, count] =
      co_await asio::async_read(there, asio::buffer(bytes), asio::as_tuple(use_task));
  std::tuple<std::string, bool> seen(std::string(bytes.data(), count), error == asio::error::eof);
  co_return seen;
}

task<std::error_code> read_nothing() {
  pipe_end here(weft::asio_executor());
  pipe_end there(weft::asio_executor());
  asio::local::connect_pair(here, there);
  here.close();
  std::array<char, 16> bytes{};
  auto nothing = co_await there.async_read_some(asio::buffer(bytes), use_task);
  co_return nothing ? std::error_code() : nothing.error();
}

TEST_CASE("the end of a stream is condition::eof, and as_tuple keeps what came before it") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK(run_under(m, read_to_the_end()) == std::tuple<std::string, bool>("abc", true));
    CHECK(run_under(m, read_nothing()) == condition::eof);
  }
}

task<bool> redirect() {
  asio::steady_timer timer(weft::asio_executor(), 1ms);
  boost::system::error_code error = asio::error::eof;
  co_await timer.async_wait(asio::redirect_error(use_task, error));
  co_return !error;
}

TEST_CASE("Asio's own adapters of tokens work with use_task") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK(run_under(m, redirect()));
  }
}

task<bool> post_here() {
  co_await asio::post(weft::asio_executor(), use_task);
  co_return true;
}

TEST_CASE("an operation without an error gives nothing but its end") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK(run_under(m, post_here()));
  }
}

/// An operation of a program's own that ends with these arguments, at once or by a turn of its
/// executor.
template <class Signature, class Token, class... Args>
auto give(bool at_once, Token&& token, Args... args) {
  return asio::async_initiate<Token, Signature>(
      [](auto handler, bool inside, auto... values) {
        auto call = [handler = std::move(handler), ... values = std::move(values)]() mutable {
          std::move(handler)(std::move(values)...);
        };
        if (inside) call();
        else asio::post(weft::asio_executor(), std::move(call));
      },
      token, at_once, std::move(args)...);
}

task<std::string> give_values(bool at_once) {
  using std::exception_ptr;
  auto two = co_await give<void(int, std::string)>(at_once, use_task, 1, std::string("x"));
  auto thrown = co_await give<void(exception_ptr, int)>(at_once, use_task, exception_ptr(), 2);
  auto coded = co_await give<void(boost::system::error_code, int, int)>(
      at_once, use_task, boost::system::error_code(), 3, 4);
  auto standard = co_await give<void(std::error_code)>(at_once, use_task,
                                                       std::make_error_code(std::errc::timed_out));
  if (standard.error() != condition::timed_out) co_return "wrong";
  co_return std::to_string(std::get<0>(two)) + std::get<1>(two) + std::to_string(thrown) +
      std::to_string(std::get<0>(*coded)) + std::to_string(std::get<1>(*coded));
}

TEST_CASE("each signature has its form, also where the operation ends inside of its start") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK(run_under(m, give_values(true)) == "1x234");
    CHECK(run_under(m, give_values(false)) == "1x234");
  }
}

task<> give_exception() {
  const auto error = std::make_exception_ptr(std::runtime_error("given"));
  co_await give<void(std::exception_ptr)>(false, use_task, error);
}

task<> fail_to_start() {
  co_await asio::async_initiate<const weft::use_task_t, void()>(
      [](auto) { throw std::runtime_error("not started"); }, use_task);
}

TEST_CASE("exceptions of an operation, and of its start, are thrown by co_await") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK_THROWS_WITH(run_under(m, give_exception()), "given");
    CHECK_THROWS_WITH(run_under(m, fail_to_start()), "not started");
  }
}

/// A composed operation that waits three times.
template <class Token>
auto wait_three_times(asio::steady_timer& timer, weft::duration each, Token&& token) {
  return asio::async_compose<Token, void(boost::system::error_code, int)>(
      [&timer, each, done = 0](auto& self, boost::system::error_code error = {}) mutable {
        if (error || done == 3) return self.complete(error, done);
        ++done;
        timer.expires_after(each);
        timer.async_wait(std::move(self));
      },
      token, timer);
}

task<result<int>> run_composed(weft::duration each) {
  asio::steady_timer timer(weft::asio_executor());
  co_return co_await wait_three_times(timer, each, use_task);
}

TEST_CASE("a composed operation can be awaited and cancelled") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK(run_under(m, run_composed(1ms)).value() == 3);
    CHECK(run_under(m, weft::with_timeout(1ms, run_composed(1h))).error() == condition::timed_out);
  }
}

task<result<std::size_t>> read_silence(asio::any_io_executor executor) {
  pipe_end here(executor);
  pipe_end there(executor);
  asio::local::connect_pair(here, there);
  std::array<char, 16> bytes{};
  co_return co_await asio::async_read(there, asio::buffer(bytes), use_task);
}

task<result<std::size_t>> cancel_read(std::optional<asio::any_io_executor> other, bool before) {
  asio::any_io_executor executor = weft::asio_executor();
  if (other) executor = *other;
  auto reader = weft::go(read_silence(executor));
  if (!before) (void)co_await weft::sleep(1ms);
  reader.cancel();
  co_return co_await reader.join();
}

TEST_CASE("a cancel of the task ends its operation, on this and on another io_context") {
  other_context other;
  const asio::any_io_executor there = (*other).get_executor();
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    for (const bool before : {true, false}) {
      CHECK(run_under(m, cancel_read(std::nullopt, before)).error() == condition::canceled);
      CHECK(run_under(m, cancel_read(there, before)).error() == condition::canceled);
    }
  }
}

task<> race_once(asio::any_io_executor executor, int i, std::atomic<int>& ended) {
  auto waiter = weft::go(wait_on(executor, std::chrono::microseconds(i % 40)));
  for (int k = 0; k < i % 7; ++k) co_await weft::yield();
  if (i % 3 == 0) (void)co_await weft::sleep(std::chrono::microseconds(i % 40));
  waiter.cancel();
  auto outcome = co_await waiter.join();
  if (outcome || outcome.error() == condition::canceled) ++ended;
}

task<> race_many(std::optional<asio::any_io_executor> other, int rounds, std::atomic<int>& ended) {
  asio::any_io_executor executor = weft::asio_executor();
  if (other) executor = *other;
  weft::task_group group;
  for (int i = 0; i < rounds; ++i) {
    group.go(race_once(executor, i, ended));
    if (i % 16 == 0) co_await group.join();
  }
  co_await group.join();
}

TEST_CASE("a cancel that races with the end of an operation ends it once") {
  other_context other;
  const asio::any_io_executor there = (*other).get_executor();
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    std::atomic<int> ended = 0;
    run_under(m, race_many(std::nullopt, 500, ended));
    run_under(m, race_many(there, 500, ended));
    CHECK(ended == 1'000);
  }
}

task<std::string> lose_handler(bool with_code) {
  auto drop = [](auto handler) { (void)handler; };
  if (with_code) {
    auto lost =
        co_await asio::async_initiate<const weft::use_task_t, void(boost::system::error_code, int)>(
            drop, use_task);
    co_return lost.error() == condition::canceled ? "canceled" : "other";
  }
  try {
    co_await asio::async_initiate<const weft::use_task_t, void()>(drop, use_task);
  } catch (const std::system_error& e) {
    co_return e.code() == condition::canceled ? "thrown" : "other";
  }
  co_return "returned";
}

TEST_CASE("an operation whose handler is destroyed without a call ends as cancelled") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK(run_under(m, lose_handler(true)) == "canceled");
    CHECK(run_under(m, lose_handler(false)) == "thrown");
  }
}

TEST_CASE("asio_executor outside of tasks throws") {
  CHECK_THROWS_AS(weft::asio_executor(), std::logic_error);
}

TEST_CASE("an operation that is not awaited does not start") {
  asio::io_context context;
  asio::steady_timer timer(context, 1h);
  {
    auto unused = timer.async_wait(use_task);
    (void)unused;
  }
  CHECK(timer.cancel() == 0);
}

}  // namespace
