#include <weft/base/error.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <string>
#include <system_error>

namespace {

using weft::condition;

constexpr condition all[] = {
    condition::eof,     condition::canceled, condition::timed_out, condition::limit_exceeded,
    condition::refused, condition::closed,   condition::bad_input};

weft::result<int> half(int value) {
  if (value % 2 != 0) return make_error_code(condition::bad_input);
  return value / 2;
}

TEST_CASE("a condition turns into an error code that equals it and no other") {
  for (const auto made : all)
    for (const auto asked : all) {
      const std::error_code code = made;
      CHECK((code == make_error_condition(asked)) == (made == asked));
    }
}

TEST_CASE("every condition is an error and none is zero") {
  for (const auto c : all) CHECK(static_cast<bool>(make_error_code(c)));
}

TEST_CASE("every condition has a text of its own") {
  std::set<std::string> texts;
  for (const auto c : all) texts.insert(make_error_code(c).message());
  CHECK(texts.size() == std::size(all));
  CHECK(make_error_code(condition::eof).message() == "end of stream");
  CHECK_FALSE(texts.contains("unknown condition"));
}

TEST_CASE("a value outside the enumeration has a text too") {
  CHECK(make_error_code(static_cast<condition>(99)).message() == "unknown condition");
}

TEST_CASE("a system error equals the condition it stands for") {
  struct row {
    std::errc system;
    condition means;
  };
  const row table[] = {
      {std::errc::operation_canceled, condition::canceled},
      {std::errc::timed_out, condition::timed_out},
      {std::errc::connection_refused, condition::refused},
      {std::errc::address_in_use, condition::refused},
      {std::errc::permission_denied, condition::refused},
      {std::errc::bad_file_descriptor, condition::closed},
      {std::errc::not_connected, condition::closed},
  };
  for (const auto& [system, means] : table) {
    const std::error_code code = make_error_code(system);
    INFO(code.message());
    for (const auto c : all) CHECK((code == make_error_condition(c)) == (c == means));
  }
}

TEST_CASE("a system error that no condition stands for equals none") {
  const std::error_code code = make_error_code(std::errc::no_space_on_device);
  for (const auto c : all) CHECK(code != make_error_condition(c));
}

TEST_CASE("a code of another category with the same number equals no condition") {
  const std::error_code code{static_cast<int>(condition::eof), std::generic_category()};
  CHECK(code != make_error_condition(condition::eof));
}

TEST_CASE("the category names the library") {
  CHECK(std::string{make_error_code(condition::eof).category().name()} == "weft");
}

TEST_CASE("a result holds the value or the condition") {
  CHECK(half(8).value() == 4);
  const auto failed = half(7);
  REQUIRE(failed.has_error());
  CHECK(failed.error() == make_error_condition(condition::bad_input));
}

TEST_CASE("asking a failed result for its value throws the code") {
  CHECK_THROWS_AS(half(7).value(), std::system_error);
}

}  // namespace
