#include "reading.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/web/json/write.hpp>

#include <cstdint>
#include <map>
#include <stdexcept>

namespace till {

// [rules]
struct order_line {
  std::string sku;
  int quantity = 0;
  std::string note = "none";
};
BOOST_DESCRIBE_STRUCT(order_line, (), (sku, quantity, note))

inline void json_rules(weft::rules_for<order_line>& line) {
  line.size(&order_line::sku, 1, 8);
  line.range(&order_line::quantity, 1, 1000);
  line.optional(&order_line::note);
}
// [/rules]

struct order {
  std::vector<order_line> items;
  std::map<std::string, int> codes;
};
BOOST_DESCRIBE_STRUCT(order, (), (items, codes))

inline void json_rules(weft::rules_for<order>& order) {
  order.size(&order::items, 1, 3);
  order.size(&order::codes, 0, 1);
  order.optional(&order::codes);
}

struct settings {
  int port = 8080;
  double ratio = 0.5;
  std::optional<std::uint64_t> bytes;
  std::optional<std::string> host;
};
BOOST_DESCRIBE_STRUCT(settings, (), (port, ratio, bytes, host))

inline void json_rules(weft::rules_for<settings>& settings) {
  settings.all_optional();
  settings.refuse_unknown();
  settings.range(&settings::ratio, 0, 1);
  settings.range(&settings::bytes, 10, 18446744073709551615U);
  settings.size(&settings::host, 0, 4);
}

struct numbered {
  std::int8_t number = 1;
  float share = 0;
};
BOOST_DESCRIBE_STRUCT(numbered, (), (number, share))

inline void json_rules(weft::rules_for<numbered>& base) {
  base.range(&numbered::number, -3, 3);
  base.optional(&numbered::share);
}

struct labelled {
  std::string label;
};
BOOST_DESCRIBE_STRUCT(labelled, (), (label))

inline void json_rules(weft::rules_for<labelled>& base) { base.size(&labelled::label, 2, 2); }

struct derived : labelled, numbered {
  int own = 0;
};
BOOST_DESCRIBE_STRUCT(derived, (labelled, numbered), (own))

inline void json_rules(weft::rules_for<derived>& derived) {
  derived.range(&derived::own, 0, 9);
  derived.range(&derived::share, 0.0F, 0.5F);
}

struct loose : settings {
  int needed = 0;
};
BOOST_DESCRIBE_STRUCT(loose, (settings), (needed))

struct half_described {
  int known = 0;
  int hidden = 0;
};
BOOST_DESCRIBE_STRUCT(half_described, (), (known))

inline void json_rules(weft::rules_for<half_described>& rules) {
  rules.range(&half_described::hidden, 0, 1);
}

}  // namespace till

namespace {

using lines = std::vector<std::string>;

TEST_CASE("an optional member keeps what its initialiser gave it") {
  CHECK(read<till::order_line>(R"({"sku":"a","quantity":1})").note == "none");
  CHECK(read<till::order_line>(R"({"sku":"a","quantity":1,"note":""})").note.empty());
  CHECK(issue_of<till::order_line>(R"({"sku":"a","quantity":1,"note":null})") ==
        "/note: must be a string");
  const auto settings = read<till::settings>("{}");
  CHECK(settings.port == 8080);
  CHECK(settings.ratio == 0.5);
}

TEST_CASE("both ends of a range are in it") {
  const auto text = [](std::string_view quantity) {
    return R"({"sku":"a","quantity":)" + std::string(quantity) + "}";
  };
  for (const auto good : {"1", "1000", "5e2"})
    CHECK(issues_of<till::order_line>(text(good)).empty());
  for (const auto bad : {"0", "1001", "-1", "99999999999", "18446744073709551615", "1e300"})
    CHECK(issue_of<till::order_line>(text(bad)) == "/quantity: must be between 1 and 1000");
}

TEST_CASE("the issue of a rule names the place in the document") {
  CHECK(issues_of<till::order>(R"({"items":[{"sku":"a","quantity":1},{"sku":"","quantity":0}]})") ==
        lines{"/items/1/sku: must have between 1 and 8 characters",
              "/items/1/quantity: must be between 1 and 1000"});
}

TEST_CASE("strings are measured in characters, vectors in items, maps in entries") {
  CHECK(read<till::order_line>(R"({"sku":"ééééxxx😀","quantity":1})").sku == "ééééxxx😀");
  CHECK(issue_of<till::order_line>(R"({"sku":"ééééééééé","quantity":1})") ==
        "/sku: must have between 1 and 8 characters");
  CHECK(issue_of<till::order_line>(R"({"sku":"123456789\n","quantity":1})") ==
        "/sku: must have between 1 and 8 characters");
  CHECK(issue_of<till::order>(R"({"items":[]})") == "/items: must have between 1 and 3 items");
  const std::string line = R"({"sku":"a","quantity":1},)";
  CHECK(issue_of<till::order>(R"({"items":[)" + line + line + line + R"({"sku":9}]})") ==
        "/items: must have between 1 and 3 items");
  CHECK(issue_of<till::order>(R"({"items":[)" + line +
                              R"({"sku":"b","quantity":2}],)"
                              R"("codes":{"a":1,"b":2}})") == "/codes: must have at most 1 entry");
}

TEST_CASE("rules of an optional hold for the value in it") {
  CHECK(read<till::settings>(R"({"bytes":10,"host":"1234"})").bytes == 10U);
  CHECK_FALSE(read<till::settings>(R"({"bytes":null})").bytes.has_value());
  CHECK(read<till::settings>(R"({"bytes":18446744073709551615})").bytes == 18446744073709551615U);
  CHECK(issue_of<till::settings>(R"({"bytes":9})") ==
        "/bytes: must be between 10 and 18446744073709551615");
  CHECK(issue_of<till::settings>(R"({"host":"12345"})") == "/host: must have at most 4 characters");
}

TEST_CASE("floating point ranges hold for integers in the text too") {
  CHECK(read<till::settings>(R"({"ratio":1})").ratio == 1.0);
  CHECK(issue_of<till::settings>(R"({"ratio":2})") == "/ratio: must be between 0 and 1");
  CHECK(issue_of<till::settings>(R"({"ratio":-0.25})") == "/ratio: must be between 0 and 1");
}

TEST_CASE("a type can refuse keys it does not know") {
  CHECK(issues_of<till::settings>(R"({"prot":1,"port":2,"a/b":{"port":"x"}})") ==
        lines{"/prot: is not known", "/a~1b: is not known"});
}

TEST_CASE("rules of bases hold in what derives from them") {
  CHECK(issues_of<till::derived>(R"({"label":"x","number":4,"own":10,"share":0.75})") ==
        lines{"/label: must have exactly 2 characters", "/number: must be between -3 and 3",
              "/own: must be between 0 and 9", "/share: must be between 0 and 0.5"});
  CHECK(issues_of<till::derived>(R"({"label":"xy","number":-3,"own":9})").empty());
}

TEST_CASE("a base whose members may all be absent leaves those of the derived type required") {
  CHECK(issue_of<till::loose>("{}") == "/needed: is required");
}

TEST_CASE("a rule for a member that is not described is a logic error, each time") {
  till::half_described value;
  CHECK_THROWS_AS(weft::parse_json("{}", value), std::logic_error);
  CHECK_THROWS_AS(weft::parse_json("{}", value), std::logic_error);
}

TEST_CASE("rules are for reading: writing asks nothing") {
  weft::byte_buffer out;
  weft::write_json(out, till::order_line{"", 0, ""});
  CHECK(out.view() == R"({"sku":"","quantity":0,"note":""})");
}

}  // namespace
