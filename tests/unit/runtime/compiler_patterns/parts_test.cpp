#include "small_coroutine.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <utility>
#include <vector>

// A co_await that is one part of an expression: in braces, beside another, in a list.

namespace {

using compiler_patterns::check_avoided;
using compiler_patterns::gives;
using compiler_patterns::number;
using compiler_patterns::pause_here;
using compiler_patterns::routine;

routine<number> later(int value) {
  co_await pause_here();
  co_return number(value);
}
struct both {
  number first;
  number second;
  int sum() const { return first.get() * 10 + second.get(); }
};

routine<int> name_both_parts() {
  number first = co_await later(1);
  number second = co_await later(2);
  const both named{std::move(first), std::move(second)};
  co_return named.sum();
}
routine<int> await_in_the_braces() {
  const both named{co_await later(1), co_await later(2)};
  co_return named.sum();
}

TEST_CASE("what an aggregate is made of is awaited before") { CHECK(gives(12, &name_both_parts)); }

TEST_CASE("g++ 12 destroys the parts of an aggregate twice that are awaited in its braces") {
  check_avoided(12, &await_in_the_braces);
}

template <bool First>
routine<int> branch_with_if() {
  std::optional<number> chosen;
  if (First) chosen.emplace(co_await later(1));
  else chosen.emplace(co_await later(2));
  co_return chosen->get();
}
template <bool First>
routine<int> branch_with_a_conditional() {
  const number chosen = First ? co_await later(1) : co_await later(2);
  co_return chosen.get();
}
routine<int> choose(bool first) {
  const number chosen = first ? co_await later(1) : number(2);
  co_return chosen.get();
}
routine<int> choose_what_is_awaited() { return choose(true); }
routine<int> choose_what_is_there() { return choose(false); }

TEST_CASE("an if chooses between two awaits") {
  CHECK(gives(1, &branch_with_if<true>));
  CHECK(gives(2, &branch_with_if<false>));
}

TEST_CASE("g++ 12 destroys twice what ?: gives where one side is awaited") {
  check_avoided(1, &choose_what_is_awaited);
  check_avoided(2, &choose_what_is_there);
}

// ------------------------------------------------------------------ initializer lists

routine<int> sum(std::vector<int> values) {
  co_await pause_here();
  int total = 0;
  for (const int v : values) total += v;
  co_return total;
}
routine<int> name_a_list() {
  std::vector<int> named{1, 2, 3};
  co_return co_await sum(std::move(named));
}
#if defined(__clang__) || __GNUC__ != 12
routine<int> list_in_the_statement() { co_return co_await sum({1, 2, 3}); }
#endif

TEST_CASE("a list has a name before it goes to a coroutine") { CHECK(gives(6, &name_a_list)); }

// g++ 12 refuses it: "array used as initializer".
#if defined(__clang__) || __GNUC__ != 12
TEST_CASE("an initializer list may stand in a co_await statement, except with g++ 12") {
  check_avoided(6, &list_in_the_statement);
}
#endif

}  // namespace
