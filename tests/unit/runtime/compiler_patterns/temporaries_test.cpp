#include "small_coroutine.hpp"

#include <catch2/catch_test_macros.hpp>

#include <coroutine>
#include <type_traits>
#include <utility>

// Temporaries of a co_await statement: aggregates, closures, awaiters.

namespace {

using compiler_patterns::check_avoided;
using compiler_patterns::gives;
using compiler_patterns::number;
using compiler_patterns::pause_here;
using compiler_patterns::paused;
using compiler_patterns::routine;

struct options {
  number size;
  int extra = 0;
};

class made_options {
public:
  made_options(number s, int e) : size(std::move(s)), extra(e) {}
  number size;
  int extra;
};

routine<int> use(options o) {
  co_await pause_here();
  co_return o.size.get() + o.extra;
}
template <class Options>
routine<int> use_any(Options o) {
  co_await pause_here();
  co_return o.size.get() + o.extra;
}
routine<int> use_by_value(options o) { return use(std::move(o)); }
routine<int> use_by_reference(options&& o) { return use(std::move(o)); }
template <class... Args>
routine<int> use_forwarded(Args&&... args) {
  return use_any<std::decay_t<Args>...>(std::forward<Args>(args)...);
}
options make_options() { return options{.size = number(1), .extra = 2}; }

routine<int> name_an_aggregate() {
  options named{.size = number(1), .extra = 2};
  co_return co_await use(std::move(named));
}
routine<int> copy_a_named_aggregate() {
  const options named{.size = number(1), .extra = 2};
  co_return co_await use(named);
}
routine<int> name_an_aggregate_for_a_template() {
  options named{.size = number(1), .extra = 2};
  co_return co_await use_any(std::move(named));
}
routine<int> name_the_routine() {
  auto named = use(options{.size = number(1), .extra = 2});
  co_return co_await std::move(named);
}
routine<int> take_an_aggregate_from_a_function() { co_return co_await use(make_options()); }
routine<int> construct_the_argument() { co_return co_await use_any(made_options(number(1), 2)); }

TEST_CASE("an aggregate that has a name reaches a coroutine whole") {
  CHECK(gives(3, &name_an_aggregate));
  CHECK(gives(3, &copy_a_named_aggregate));
  CHECK(gives(3, &name_an_aggregate_for_a_template));
  CHECK(gives(3, &name_the_routine));
  CHECK(gives(3, &take_an_aggregate_from_a_function));
}

TEST_CASE("a class with a constructor may be a temporary in a co_await statement") {
  CHECK(gives(3, &construct_the_argument));
}

routine<int> designate_in_the_statement() {
  co_return co_await use(options{.size = number(1), .extra = 2});
}
routine<int> brace_in_the_statement() { co_return co_await use({number(1), 2}); }
routine<int> parenthesise_in_the_statement() { co_return co_await use(options(number(1), 2)); }
routine<int> pass_to_a_template() {
  co_return co_await use_any(options{.size = number(1), .extra = 2});
}

TEST_CASE("g++ 12 destroys an aggregate temporary of a co_await statement twice") {
  check_avoided(3, &designate_in_the_statement);
  check_avoided(3, &brace_in_the_statement);
  check_avoided(3, &parenthesise_in_the_statement);
  check_avoided(3, &pass_to_a_template);
}

routine<int> pass_to_a_function_by_value() {
  co_return co_await use_by_value(options{.size = number(1), .extra = 2});
}
routine<int> pass_to_a_function_by_reference() {
  co_return co_await use_by_reference(options{.size = number(1), .extra = 2});
}
routine<int> pass_to_a_function_that_forwards() {
  co_return co_await use_forwarded(options{.size = number(1), .extra = 2});
}

// So no function around a coroutine can help who calls it: only a name does.
TEST_CASE("g++ 12 does so whoever takes the temporary, also a plain function by reference") {
  check_avoided(3, &pass_to_a_function_by_value);
  check_avoided(3, &pass_to_a_function_by_reference);
  check_avoided(3, &pass_to_a_function_that_forwards);
}

// ------------------------------------------------------------------ closures

template <class Function>
routine<int> call(Function function) {
  co_await pause_here();
  co_return function();
}

routine<int> name_a_closure() {
  auto named = [owned = number(4)] { return owned.get(); };
  co_return co_await call(std::move(named));
}
routine<int> capture_by_reference() {
  const number outer(4);
  co_return co_await call([&outer] { return outer.get(); });
}
routine<int> call_a_named_coroutine_lambda() {
  const number outer(4);
  const auto named = [outer]() -> routine<int> {
    co_await pause_here();
    co_return outer.get();
  };
  co_return co_await named();
}

TEST_CASE("a closure that owns something has a name, one that only refers needs none") {
  CHECK(gives(4, &name_a_closure));
  CHECK(gives(4, &capture_by_reference));
  CHECK(gives(4, &call_a_named_coroutine_lambda));
}

routine<int> own_in_the_statement() {
  co_return co_await call([owned = number(4)] { return owned.get(); });
}
routine<int> call_a_coroutine_lambda_at_once() {
  const number outer(4);
  co_return co_await [outer]() -> routine<int> {
    co_await pause_here();
    co_return outer.get();
  }();
}

TEST_CASE("g++ 12 destroys what a closure in a co_await statement owns twice") {
  check_avoided(4, &own_in_the_statement);
  check_avoided(4, &call_a_coroutine_lambda_at_once);
}

// ------------------------------------------------------------------ awaiters

struct aggregate_awaiter {
  number value;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) noexcept { paused = h; }
  int await_resume() const { return value.get(); }
};

class made_awaiter {
public:
  explicit made_awaiter(number v) : value_(std::move(v)) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) noexcept { paused = h; }
  int await_resume() const { return value_.get(); }

private:
  number value_;
};

routine<int> await_a_made_awaiter() { co_return co_await made_awaiter(number(5)); }
routine<int> await_an_aggregate() { co_return co_await aggregate_awaiter{number(5)}; }

TEST_CASE("an awaiter has a constructor") { CHECK(gives(5, &await_a_made_awaiter)); }

TEST_CASE("g++ 12 destroys an aggregate awaiter twice") { check_avoided(5, &await_an_aggregate); }

}  // namespace
