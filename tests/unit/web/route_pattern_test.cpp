#include "web/route_pattern.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using weft::detail::normal_form;
using weft::detail::parse_pattern;

TEST_CASE("a pattern that breaks a rule is refused with that rule") {
  struct row {
    std::string_view pattern;
    std::string rule;
  };
  const row rows[] = {
      {"", "must begin with '/'"},
      {"items", "must begin with '/'"},
      {"/a{id}", "only a part of a segment"},
      {"/{id}b", "only a part of a segment"},
      {"/{a}{b}", "only a part of a segment"},
      {"/{id", "a brace without its partner"},
      {"/id}", "a brace without its partner"},
      {"/{}", "not made of letters, digits and '_'"},
      {"/{a-b}", "not made of letters, digits and '_'"},
      {"/{a{b}", "not made of letters, digits and '_'"},
      {"/{a{b}}", "only a part of a segment"},
      {"/{*}", "not made of letters, digits and '_'"},
      {"/{a}/{a}", "has the parameter {a} twice"},
      {"/{*rest}/x", "text behind the wildcard"},
      {"/x?y=1", "must be a path"},
      {"/x#y", "must be a path"},
      {"/100%", "a '%' that begins no escape"},
      {"/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}/{j}/{k}/{l}/{m}/{n}/{o}/{p}/{q}",
       "more than 16 parameters"},
  };
  for (const auto& row : rows) {
    INFO("pattern " << row.pattern);
    CHECK_THROWS_MATCHES(
        parse_pattern(row.pattern), std::logic_error,
        MessageMatches(ContainsSubstring(row.rule) && ContainsSubstring(std::string(row.pattern))));
  }
}

TEST_CASE("a pattern keeps the names of its parameters in order") {
  const auto pattern = parse_pattern("/a/{x}/{y_2}/b/{*rest}");
  CHECK(pattern.names == std::vector<std::string>{"x", "y_2", "rest"});
  CHECK(pattern.text == "/a/{x}/{y_2}/b/{*rest}");
}

TEST_CASE("paths that mean the same have one normal form") {
  struct row {
    std::string_view path;
    std::string_view normal;
  };
  const row rows[] = {
      {"/a/b", "/a/b"},
      {"/%61", "/a"},
      {"/%7e%2D", "/~-"},
      {"/a%2fb", "/a%2Fb"},
      {"/gr\xC3\xBC", "/gr%C3%BC"},
      {"/gr%c3%bc", "/gr%C3%BC"},
      {"/%2541", "/%2541"},
      {"/a|b", "/a%7Cb"},
      {"/a+b", "/a+b"},
  };
  for (const auto& row : rows) {
    std::string owner;
    INFO("path " << row.path);
    CHECK(normal_form(row.path, owner) == row.normal);
  }
}

TEST_CASE("an escape that is none has no normal form") {
  for (std::string_view path : {"/%", "/%4", "/%zz", "/%4g/x"}) {
    std::string owner;
    INFO("path " << path);
    CHECK_FALSE(normal_form(path, owner));
  }
}

}  // namespace
