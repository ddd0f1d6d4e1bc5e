#include "reading.hpp"

#include "unit/web/support/client.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/weft.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <stdexcept>

// How a type looks in the text.
namespace ledger {

// [naming]
struct entry {
  std::int64_t entry_id = 0;
  std::optional<std::string> due_on;
  int html5_size = 1;
  std::string url;
};
BOOST_DESCRIBE_STRUCT(entry, (), (entry_id, due_on, html5_size, url))

inline void json_rules(weft::rules_for<entry>& rules) {
  rules.names(weft::naming::camel);
  rules.name(&entry::url, "URL");
  rules.as_text(&entry::entry_id);
  rules.omit_null();
  rules.range(&entry::html5_size, 0, 9);
}
// [/naming]

struct detailed : entry {
  int more_text = 0;
  std::optional<int> left;
};
BOOST_DESCRIBE_STRUCT(detailed, (entry), (more_text, left))
inline void json_rules(weft::rules_for<detailed>& rules) {
  rules.names(weft::naming::kebab);
  rules.name(&detailed::left, "left over");
}

struct styles {
  int plain = 1;
  int two_words = 2;
  int camelCase = 3;
  int HTTPServer = 4;
  int trailing_ = 5;
  int a1_b2 = 6;
};
BOOST_DESCRIBE_STRUCT(styles, (), (plain, two_words, camelCase, HTTPServer, trailing_, a1_b2))

template <weft::naming Style>
struct styled : styles {};
using snake = styled<weft::naming::snake>;
using camel = styled<weft::naming::camel>;
using pascal = styled<weft::naming::pascal>;
using kebab = styled<weft::naming::kebab>;
BOOST_DESCRIBE_STRUCT(snake, (styles), ())
BOOST_DESCRIBE_STRUCT(camel, (styles), ())
BOOST_DESCRIBE_STRUCT(pascal, (styles), ())
BOOST_DESCRIBE_STRUCT(kebab, (styles), ())
template <weft::naming Style>
void json_rules(weft::rules_for<styled<Style>>& rules) {
  rules.names(Style);
}

struct sparse {
  std::optional<int> a;
  int b = 2;
  std::optional<int> c;
  std::optional<int> d;
};
BOOST_DESCRIBE_STRUCT(sparse, (), (a, b, c, d))
inline void json_rules(weft::rules_for<sparse>& rules) {
  rules.omit_null(&sparse::a);
  rules.omit_null(&sparse::d);
}

struct all_sparse {
  std::optional<int> a;
  std::optional<int> b;
};
BOOST_DESCRIBE_STRUCT(all_sparse, (), (a, b))
inline void json_rules(weft::rules_for<all_sparse>& rules) {
  rules.omit_null();
  rules.tag("t", "s");
}

struct numbers {
  std::uint64_t large = 0;
  std::int8_t small = 0;
  std::optional<std::int64_t> maybe;
  std::vector<std::int64_t> list;
  std::array<std::optional<std::int64_t>, 1> fixed;
  std::map<std::string, std::int64_t> table;
};
BOOST_DESCRIBE_STRUCT(numbers, (), (large, small, maybe, list, fixed, table))
inline void json_rules(weft::rules_for<numbers>& rules) {
  rules.all_optional();
  rules.as_text(&numbers::large);
  rules.as_text(&numbers::small);
  rules.as_text(&numbers::maybe);
  rules.as_text(&numbers::list);
  rules.as_text(&numbers::fixed);
  rules.as_text(&numbers::table);
  rules.range(&numbers::small, -5, 5);
  rules.range(weft::each(&numbers::list), 0, 9);
}

template <int N>
struct unnamed {
  int a = 0;
  int b = 0;
};
BOOST_DESCRIBE_STRUCT(unnamed<0>, (), (a, b))
BOOST_DESCRIBE_STRUCT(unnamed<1>, (), (a, b))
BOOST_DESCRIBE_STRUCT(unnamed<2>, (), (a, b))
BOOST_DESCRIBE_STRUCT(unnamed<3>, (), (a, b))
inline void json_rules(weft::rules_for<unnamed<0>>& rules) { rules.name(&unnamed<0>::a, "b"); }
inline void json_rules(weft::rules_for<unnamed<1>>& rules) { rules.name(&unnamed<1>::a, "x\""); }
inline void json_rules(weft::rules_for<unnamed<2>>& rules) { rules.name(&unnamed<2>::a, ""); }
inline void json_rules(weft::rules_for<unnamed<3>>& rules) { rules.tag("a", "x"); }

}  // namespace ledger

namespace {

using lines = std::vector<std::string>;
using ledger::entry;
using ledger::numbers;

std::string written(const auto& value, weft::json_style style = weft::json_style::compact) {
  weft::byte_buffer out;
  weft::write_json(out, value, style);
  return std::string(out.view());
}

TEST_CASE("names in another style are read, written and named in issues") {
  const auto text = R"({"entryId":"7","dueOn":"x","html5Size":2,"URL":"u"})";
  const auto value = read<entry>(text);
  CHECK(value.entry_id == 7);
  CHECK(value.due_on == "x");
  CHECK(written(value) == text);
  CHECK(issues_of<entry>(R"({"entry_id":1,"html5Size":10,"url":1,"URL":1})") ==
        lines{"/html5Size: must be between 0 and 9", "/URL: must be a string",
              "/entryId: is required"});
}

TEST_CASE("each style makes its own of a name") {
  CHECK(written(ledger::snake{}) ==
        R"({"plain":1,"two_words":2,"camel_case":3,"httpserver":4,"trailing":5,"a1_b2":6})");
  CHECK(written(ledger::camel{}) ==
        R"({"plain":1,"twoWords":2,"camelCase":3,"httpserver":4,"trailing":5,"a1B2":6})");
  CHECK(written(ledger::pascal{}) ==
        R"({"Plain":1,"TwoWords":2,"CamelCase":3,"Httpserver":4,"Trailing":5,"A1B2":6})");
  CHECK(written(ledger::kebab{}) ==
        R"({"plain":1,"two-words":2,"camel-case":3,"httpserver":4,"trailing":5,"a1-b2":6})");
}

TEST_CASE("a derived type names the members of its base too, but for names of their own") {
  CHECK(written(ledger::detailed{}) ==
        R"({"entry-id":"0","html5-size":1,"URL":"","more-text":0,"left over":null})");
}

TEST_CASE("queries and forms have the names too") {
  weft::app app;
  app.get("/",
          [](weft::query<entry> asked) { return asked->url + std::to_string(asked->entry_id); });
  client web(app);
  CHECK(web.get("/?entryId=9223372036854775807&html5Size=1&URL=u").body == "u9223372036854775807");
  CHECK(web.get("/?entryId=9223372036854775808&html5Size=1&URL=u")
            .json()
            .at("errors")
            .at(0)
            .at("parameter") == "entryId");
}

TEST_CASE("names that clash, or are none, are logic errors") {
  ledger::unnamed<0> clash;
  ledger::unnamed<1> quote;
  ledger::unnamed<2> empty;
  ledger::unnamed<3> tag;
  CHECK_THROWS_AS(weft::parse_json("{}", clash), std::logic_error);
  CHECK_THROWS_AS(weft::parse_json("{}", quote), std::logic_error);
  CHECK_THROWS_AS(weft::parse_json("{}", empty), std::logic_error);
  CHECK_THROWS_AS(weft::parse_json("{}", tag), std::logic_error);
  CHECK_THROWS_AS(written(clash), std::logic_error);
}

TEST_CASE("an empty optional is left out where it is said so") {
  CHECK(written(ledger::sparse{}) == R"({"b":2,"c":null})");
  CHECK(written(ledger::sparse{1, 2, 3, 4}) == R"({"a":1,"b":2,"c":3,"d":4})");
  CHECK(written(ledger::sparse{{}, 2, 3, 4}) == R"({"b":2,"c":3,"d":4})");
  CHECK(written(ledger::all_sparse{}) == R"({"t":"s"})");
  CHECK(written(ledger::all_sparse{{}, 1}) == R"({"t":"s","b":1})");
}

TEST_CASE("integers as strings are written so, and read from both") {
  numbers value;
  value.large = std::numeric_limits<std::uint64_t>::max();
  value.small = -5;
  value.maybe = std::numeric_limits<std::int64_t>::min();
  value.list = {1, 9};
  value.fixed = {3};
  value.table = {{"a", 4}};
  const auto text = R"({"large":"18446744073709551615","small":"-5",)"
                    R"("maybe":"-9223372036854775808","list":["1","9"],"fixed":["3"],)"
                    R"("table":{"a":"4"}})";
  CHECK(written(value) == text);
  CHECK(written(read<numbers>(text)) == text);
  CHECK(written(read<numbers>(
            R"({"large":18446744073709551615,"small":-5,"maybe":-9223372036854775808,)"
            R"("list":[1,9.0],"fixed":[3e0],"table":{"a":4}})")) == text);
}

TEST_CASE("an integer never wraps, as a number or as a string") {
  const auto issue = [](std::string_view member, std::string_view value) {
    return issue_of<numbers>("{\"" + std::string(member) + "\":" + std::string(value) + "}");
  };
  for (const auto beyond : {"\"18446744073709551616\"", "18446744073709551616", "\"-1\"", "-1",
                            "\"99999999999999999999999999\"", "1e300", "9007199254740992.0"})
    CHECK(issue("large", beyond) == "/large: must be between 0 and 18446744073709551615");
  for (const auto beyond : {"\"6\"", "6", "\"-6\"", "\"256\"", "\"9223372036854775808\""})
    CHECK(issue("small", beyond) == "/small: must be between -5 and 5");
  for (const auto beyond : {"\"9223372036854775808\"", "9223372036854775808"})
    CHECK(issue("maybe", beyond) ==
          "/maybe: must be between -9223372036854775808 and 9223372036854775807");
  for (const auto wrong : {"\"\"", "\"+1\"", "\"01\"", "\"-0\"", "\" 1\"", "\"1 \"", "\"1.0\"",
                           "\"1e2\"", "\"0x1\"", "\"1\\u0000\"", "1.5", "true", "[]", "{}"})
    CHECK(issue("large", wrong) == "/large: must be an integer, as a number or a string");
  CHECK(issue("maybe", "\"x\"") == "/maybe: must be an integer, as a number or a string");
  CHECK(issue("list", R"(["5","10"])") == "/list/1: must be between 0 and 9");
}

TEST_CASE("a pretty text has a line for each member and item") {
  numbers value;
  value.list = {1, 2};
  CHECK(written(value, weft::json_style::pretty) == R"({
  "large": "0",
  "small": "0",
  "maybe": null,
  "list": [
    "1",
    "2"
  ],
  "fixed": [
    null
  ],
  "table": {}
})");
  CHECK(written(std::vector<std::string>{"a\"],{:", "\\"}, weft::json_style::pretty) ==
        "[\n  \"a\\\"],{:\",\n  \"\\\\\"\n]");
  CHECK(written(std::vector<int>{}, weft::json_style::pretty) == "[]");
  CHECK(written(1, weft::json_style::pretty) == "1");
}

TEST_CASE("a handler chooses the style of its answer") {
  weft::app app;
  // [style]
  app.get("/", [](weft::query_value<"pretty", bool, false> pretty) {
    const auto style = *pretty ? weft::json_style::pretty : weft::json_style::compact;
    return weft::with_style(style, std::vector<int>{1});
  });
  // [/style]
  client web(app);
  CHECK(web.get("/").body == "[1]");
  CHECK(web.get("/?pretty=1").body == "[\n  1\n]");
  CHECK(web.get("/").content_type == "application/json");
}

}  // namespace
