#include "small_coroutine.hpp"

#include <catch2/catch_test_macros.hpp>

// A co_await in a condition.

namespace {

using compiler_patterns::check_avoided;
using compiler_patterns::gives;
using compiler_patterns::pause_here;
using compiler_patterns::routine;

class answer {
public:
  explicit answer(bool yes) noexcept : yes_(yes) {}
  explicit operator bool() const noexcept { return yes_; }

private:
  bool yes_;
};

routine<answer> ask(bool yes) {
  co_await pause_here();
  co_return answer(yes);
}
int asked;
routine<answer> ask_twice() {
  co_await pause_here();
  co_return answer(++asked < 3);
}
routine<int> count() {
  co_await pause_here();
  co_return 2;
}

routine<int> name_what_is_tested() {
  const answer named = co_await ask(true);
  if (named) co_return 1;
  co_return 0;
}
routine<int> declare_in_if() {
  if (const auto named = co_await ask(true)) co_return 1;
  co_return 0;
}
routine<int> declare_in_while() {
  asked = 0;
  while (const auto named = co_await ask_twice()) {}
  co_return asked;
}

TEST_CASE("a co_await in a condition comes with a declaration") {
  CHECK(gives(1, &name_what_is_tested));
  CHECK(gives(1, &declare_in_if));
  CHECK(gives(3, &declare_in_while));
}

routine<int> test_in_if() {
  if (co_await ask(true)) co_return 1;
  co_return 0;
}
routine<int> test_in_while() {
  asked = 0;
  while (co_await ask_twice()) {}
  co_return asked;
}
routine<int> test_in_do() {
  asked = 0;
  do {
  } while (co_await ask_twice());
  co_return asked;
}
routine<int> test_in_for() {
  asked = 0;
  for (; co_await ask_twice();) {}
  co_return asked;
}
routine<int> test_in_switch() {
  switch (co_await count()) {
    case 2: co_return 1;
    default: co_return 0;
  }
}

TEST_CASE("g++ 12 loses a coroutine with a bare co_await in a condition and no local variable") {
  check_avoided(1, &test_in_if);
  check_avoided(3, &test_in_while);
  check_avoided(3, &test_in_do);
  check_avoided(3, &test_in_for);
  check_avoided(1, &test_in_switch);
}

}  // namespace
