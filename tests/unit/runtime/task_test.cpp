#include <weft/runtime/task.hpp>

#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>

#include <array>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace {

using weft::task;
using weft::test::every_model;
using weft::test::run_seeded;
using weft::test::run_under;

static_assert(!std::is_copy_constructible_v<task<>>);
static_assert(std::is_nothrow_move_constructible_v<task<int>>);
static_assert(std::is_nothrow_move_assignable_v<task<int>>);

task<> mark(std::shared_ptr<int> count) {
  ++*count;
  co_return;
}

task<std::string> greet(std::string name) {
  co_await weft::yield();
  co_return "hello " + name;
}

task<std::unique_ptr<int>> boxed(int value) { co_return std::make_unique<int>(value); }

task<int> fail(std::string why) {
  co_await weft::yield();
  throw std::runtime_error(why);
}

task<int> pass_through(task<int> inner) { co_return 1 + co_await std::move(inner); }

TEST_CASE("a task does not start before it is awaited") {
  const auto count = std::make_shared<int>(0);
  auto later = mark(count);
  CHECK(*count == 0);
  run_seeded(std::move(later));
  CHECK(*count == 1);
}

TEST_CASE("a task that is never awaited frees its arguments without running") {
  const auto count = std::make_shared<int>(0);
  {
    const auto unused = mark(count);
    CHECK(count.use_count() == 2);
  }
  CHECK(count.use_count() == 1);
  CHECK(*count == 0);
}

TEST_CASE("assigning over a task frees the one that was there") {
  const auto first = std::make_shared<int>(0);
  const auto second = std::make_shared<int>(0);
  auto t = mark(first);
  t = mark(second);
  CHECK(first.use_count() == 1);
  run_seeded(std::move(t));
  CHECK(*second == 1);
  CHECK(second.use_count() == 1);
}

TEST_CASE("awaiting a task gives its value") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK(run_under(m, greet("weft")) == "hello weft");
    CHECK(*run_under(m, boxed(7)) == 7);
  }
}

TEST_CASE("an exception passes through every awaiting task") {
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    CHECK_THROWS_WITH(run_under(m, pass_through(pass_through(fail("broken")))), "broken");
  }
}

task<int> recover(task<int> inner) {
  try {
    co_return co_await std::move(inner);
  } catch (const std::runtime_error&) {
    co_return -1;
  }
}

TEST_CASE("a task that catches what an inner one threw goes on") {
  CHECK(run_seeded(recover(fail("broken"))) == -1);
}

struct ends_at {
  ends_at(std::string& log, char name) : log_(log), name_(name) {}
  ~ends_at() { log_ += name_; }
  std::string& log_;
  char name_;
};

task<> with_local(std::string& log, char name) {
  const ends_at local(log, name);
  co_await weft::yield();
}

task<std::string> in_sequence() {
  std::string log;
  co_await with_local(log, 'a');
  log += '1';
  co_await with_local(log, 'b');
  log += '2';
  co_return log;
}

TEST_CASE("the locals of an awaited task end before its awaiter goes on") {
  CHECK(run_seeded(in_sequence()) == "a1b2");
}

task<int> one() { co_return 1; }

task<long> await_many(int count) {
  long sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await one();
  co_return sum;
}

TEST_CASE("a million awaits in a row do not grow the stack") {
  CHECK(run_seeded(await_many(1'000'000)) == 1'000'000);
}

task<int> depth(int left) {
  int below = 0;
  if (left > 1) below = co_await depth(left - 1);
  co_return below + 1;
}

TEST_CASE("a chain of a hundred thousand tasks that await each other does not grow the stack") {
  CHECK(run_seeded(depth(100'000)) == 100'000);
}

task<int> with_large_frame() {
  std::array<int, 4'000> values{};
  std::iota(values.begin(), values.end(), 0);
  co_await weft::yield();
  co_return std::accumulate(values.begin(), values.end(), 0);
}

TEST_CASE("a frame larger than the largest pooled one works") {
  CHECK(run_seeded(with_large_frame()) == 4'000 * 3'999 / 2);
}

}  // namespace
