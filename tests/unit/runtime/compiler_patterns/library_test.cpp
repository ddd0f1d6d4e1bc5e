#include <weft/base/error.hpp>
#include <weft/runtime/once.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task.hpp>
#include <weft/runtime/task_group.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <string>
#include <utility>

// What the library takes from its users by value, in the form that every compiler gets right.

namespace {

struct wish {
  std::string name;
  int count = 0;
};

weft::task<> collect(weft::task_group&, wish what, std::string& into) {
  co_await weft::task_group().join();
  for (int i = 0; i < what.count; ++i) into += what.name;
}
const std::string long_name(40, 'x');  // one that is allocated

weft::task<std::string> hand_to_a_group() {
  std::string collected;
  wish what{.name = long_name, .count = 2};
  co_await weft::with_group(&collect, std::move(what), std::ref(collected));
  co_return collected;
}

weft::task<weft::result<void>> note(wish what, std::string& into) {
  co_await weft::task_group().join();
  into = what.name;
  co_return weft::result<void>();
}

weft::task<std::string> hand_to_once() {
  weft::once connected;
  std::string noted;
  wish what{.name = long_name, .count = 1};
  const auto done = co_await connected.call(&note, std::move(what), std::ref(noted));
  co_return done ? noted : "failed";
}

TEST_CASE("an aggregate with a name reaches the body of a group and the function of a once") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    CHECK(weft::test::run_under(m, hand_to_a_group()) == long_name + long_name);
    CHECK(weft::test::run_under(m, hand_to_once()) == long_name);
  }
}

}  // namespace
