#include "reading.hpp"

#include <cstdint>
#include <map>

namespace post {

enum class kind { letter, parcel };
BOOST_DESCRIBE_ENUM(kind, letter, parcel)

struct line {
  std::string name;
  int quantity = 0;
};
BOOST_DESCRIBE_STRUCT(line, (), (name, quantity))

struct order {
  std::int64_t id = 0;
  bool gift = false;
  double weight = 0;
  kind how = kind::letter;
  std::vector<line> items;
  std::map<std::string, line> extras;
  std::optional<int> floor;
};
BOOST_DESCRIBE_STRUCT(order, (), (id, gift, weight, how, items, extras, floor))

}  // namespace post

namespace {

using lines = std::vector<std::string>;

TEST_CASE("all that is wrong with a document is said at once, in its order") {
  CHECK(issues_of<post::order>(R"({
    "id": "7", "gift": 1, "weight": "heavy", "how": "pigeon",
    "items": [{"name": "a", "quantity": 1}, {"name": 3, "quantity": 1.5}, 7, {"quantity": null}],
    "extras": {"x/y": {"name": "n"}, "~": []}, "floor": "2"
  })") == lines{
              "/id: must be an integer",
              "/gift: must be true or false",
              "/weight: must be a number",
              "/how: must be one of \"letter\", \"parcel\"",
              "/items/1/name: must be a string",
              "/items/1/quantity: must be an integer",
              "/items/2: must be an object",
              "/items/3/quantity: must be an integer",
              "/items/3/name: is required",
              "/extras/x~1y/quantity: is required",
              "/extras/~0: must be an object",
              "/floor: must be an integer or null",
          });
}

TEST_CASE("every absent member is named, except optionals") {
  CHECK(issues_of<post::order>("{}") == lines{"/id: is required", "/gift: is required",
                                              "/weight: is required", "/how: is required",
                                              "/items: is required", "/extras: is required"});
}

TEST_CASE("the wrong kind at the top has the empty pointer") {
  CHECK(issue_of<post::order>("[]") == ": must be an object");
  CHECK(issue_of<post::order>("null") == ": must be an object");
  CHECK(issue_of<std::vector<int>>("{}") == ": must be an array");
  CHECK(issue_of<std::vector<int>>(R"("a\nb")") == ": must be an array");
  CHECK(issue_of<bool>("0") == ": must be true or false");
  CHECK(issue_of<std::string>("null") == ": must be a string");
  CHECK(issue_of<post::kind>("0") == ": must be one of \"letter\", \"parcel\"");
  CHECK(issue_of<post::kind>(R"("Letter")") == ": must be one of \"letter\", \"parcel\"");
  CHECK(issue_of<post::kind>(R"("lett\u0065rs")") == ": must be one of \"letter\", \"parcel\"");
  CHECK(issue_of<std::variant<int, std::string, std::monostate>>("{}") ==
        ": must be an integer, a string or null");
}

TEST_CASE("an escaped enumerator is the name it spells") {
  CHECK(read<post::kind>(R"("parc\u0065l")") == post::kind::parcel);
}

TEST_CASE("a key that comes twice is an issue, and its first value stays") {
  post::line line;
  const auto outcome =
      weft::parse_json(R"({"name":"a","quantity":1,"name":"b","quantity":"x"})", line);
  REQUIRE(outcome.issues().size() == 2);
  CHECK(outcome.issues()[0].pointer == "/name");
  CHECK(outcome.issues()[0].message == "appears twice");
  CHECK(outcome.issues()[1].pointer == "/quantity");
  CHECK(line.name == "a");
  CHECK(issue_of<std::map<std::string, int>>(R"({"a":1,"b":2,"a":[{}]})") == "/a: appears twice");
  CHECK(issue_of<std::map<std::string, int>>(R"({"a":1,"\u0061":2})") == "/a: appears twice");
}

TEST_CASE("unknown keys may come twice") {
  CHECK(issues_of<post::line>(R"({"x":1,"x":2,"name":"","quantity":0})").empty());
}

TEST_CASE("reading ends with the last issue that is wanted") {
  std::string text = "[null";
  for (int i = 0; i != 99; ++i) text += ",null";
  text += ']';
  CHECK(issues_of<std::vector<int>>(text).size() == 32);
  CHECK(issues_of<std::vector<int>>(text, {.issues = 3}).size() == 3);
  CHECK(issues_of<std::vector<int>>(text, {.issues = 0}).size() == 1);
  CHECK(issues_of<std::vector<post::line>>("[{},{}]", {.issues = 3}).size() == 3);
  CHECK(issues_of<std::vector<int>>(text + "!", {.issues = 3}).size() == 3);
}

TEST_CASE("a syntax error wins over the issues before it") {
  std::vector<int> value;
  const auto outcome = weft::parse_json("[true,]", value);
  CHECK(outcome.is_syntax_error());
  CHECK(outcome.issues().empty());
}

TEST_CASE("arrays and maps have at most as many items as the limits allow") {
  const weft::json_limits two{.items = 2};
  CHECK(issues_of<std::vector<int>>("[1,2]", two).empty());
  CHECK(issues_of<std::vector<int>>("[1,2,3,[],{}]", two) == lines{": must have at most 2 items"});
  CHECK(issues_of<std::vector<post::line>>(R"([{},{},{"a":1}])", {.items = 0}) ==
        lines{": must have exactly 0 items"});
  CHECK(issues_of<std::map<std::string, int>>(R"({"a":1,"b":2,"c":{"x":3}})", two) ==
        lines{": must have at most 2 entries"});
}

TEST_CASE("a fixed array takes exactly its size") {
  using pair = std::array<int, 2>;
  CHECK(issues_of<pair>("[1,2]").empty());
  CHECK(issue_of<pair>("[1]") == ": must have exactly 2 items");
  CHECK(issue_of<pair>("[1,2,3]") == ": must have exactly 2 items");
}

TEST_CASE("wrong values deep inside skipped values are nobody's business") {
  CHECK(issues_of<post::line>(R"({"a":{"quantity":"x","b":[[{"name":1}]]},"name":"","quantity":0})")
            .empty());
}

}  // namespace
