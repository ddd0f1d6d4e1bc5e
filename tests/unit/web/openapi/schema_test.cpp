#include "unit/web/openapi/reading_document.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace shop {

enum class colour { red, green };
BOOST_DESCRIBE_ENUM(colour, red, green)

struct numbers {
  bool flag = true;
  std::int8_t small = 0;
  std::uint32_t positive = 3;
  std::int64_t large = 0;
  std::uint64_t largest = 0;
  double real = 0;
  float single = 0;
};
BOOST_DESCRIBE_STRUCT(numbers, (), (flag, small, positive, large, largest, real, single))

struct line {
  std::string code;
  std::optional<std::string> note;
  colour paint = colour::red;
  colour rest = colour::green;
  std::vector<std::string> tags;
  std::array<int, 2> pair{};
  std::map<std::string, int> counts;
  std::chrono::sys_seconds at;
  std::chrono::year_month_day day;
  std::int64_t id = 0;
  double price = 1.5;
  std::string mail;
  std::string page;
  std::string plan = "free";
};
BOOST_DESCRIBE_STRUCT(line, (),
                      (code, note, paint, rest, tags, pair, counts, at, day, id, price, mail, page,
                       plan))

inline void json_rules(weft::rules_for<line>& rules) {
  rules.describe("One line of an order.");
  rules.describe(&line::code, "As it stands on the box.");
  rules.pattern(&line::code, "[A-Z]+\\d");
  rules.size(&line::code, 2, 9);
  rules.one_of(&line::rest, {colour::green});
  rules.size(&line::tags, 1, 3);
  rules.unique(&line::tags);
  rules.size(weft::each(&line::tags), 1, 20);
  rules.range(weft::each(&line::counts), 1, 7);
  rules.as_text(&line::id);
  rules.above(&line::price, 0);
  rules.at_most(&line::price, 100);
  rules.multiple_of(&line::price, 0.01);
  rules.email(&line::mail);
  rules.url(&line::page);
  rules.one_of(&line::plan, {"free", "team"});
  rules.optional(&line::plan, &line::price);
  rules.check(
      &line::tags, [](const std::vector<std::string>& tags) { return tags.size() != 2; },
      "must not come in pairs");
  rules.names(weft::naming::camel);
  rules.refuse_unknown();
}

struct tree {
  std::string name;
  std::vector<tree> children;
};
BOOST_DESCRIBE_STRUCT(tree, (), (name, children))

struct circle {
  double radius = 0;
};
BOOST_DESCRIBE_STRUCT(circle, (), (radius))
inline void json_rules(weft::rules_for<circle>& rules) { rules.tag("kind", "circle"); }

struct square {
  double side = 0;
};
BOOST_DESCRIBE_STRUCT(square, (), (side))
inline void json_rules(weft::rules_for<square>& rules) { rules.tag("kind", "square"); }

struct drawing {
  std::variant<circle, square> shape;
  std::optional<std::variant<circle, square>> other;
  std::variant<std::monostate, int, std::string> loose;
  std::optional<tree> roots;
};
BOOST_DESCRIBE_STRUCT(drawing, (), (shape, other, loose, roots))

struct parcel {
  std::string to;
  std::optional<int> weight;
  circle label;
  std::map<std::string, int> marks;
};
BOOST_DESCRIBE_STRUCT(parcel, (), (to, weight, label, marks))

struct quiet {
  std::optional<int> value;
};
BOOST_DESCRIBE_STRUCT(quiet, (), (value))
inline void json_rules(weft::rules_for<quiet>& rules) { rules.omit_null(); }

struct answer {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(answer, (), (text))

template <class T>
struct page {
  std::vector<T> items;
};
BOOST_DESCRIBE_STRUCT(page<tree>, (), (items))

}  // namespace shop

namespace stock {

struct answer {
  int count = 0;
};
BOOST_DESCRIBE_STRUCT(answer, (), (count))

struct problem {
  int solved = 0;
};
BOOST_DESCRIBE_STRUCT(problem, (), (solved))

}  // namespace stock

namespace {

template <class T>
document document_of_body() {
  weft::app app;
  app.post("/", [](weft::json<T>) {});
  return document(app);
}

template <class T>
document document_of_answer() {
  weft::app app;
  app.get("/", [] { return T{}; });
  return document(app);
}

TEST_CASE("numbers have the bounds of their types") {
  const auto all = document_of_answer<shop::numbers>();
  CHECK(all.schema("numbers", "/properties/flag") == R"({"type":"boolean"})");
  CHECK(all.schema("numbers", "/properties/small") ==
        R"({"type":"integer","format":"int8","minimum":-128,"maximum":127})");
  CHECK(all.schema("numbers", "/properties/positive") ==
        R"({"type":"integer","format":"uint32","minimum":0,"maximum":4294967295})");
  CHECK(all.schema("numbers", "/properties/large") == R"({"type":"integer","format":"int64"})");
  CHECK(all.schema("numbers", "/properties/largest") ==
        R"({"type":"integer","format":"uint64","minimum":0})");
  CHECK(all.schema("numbers", "/properties/real") == R"({"type":"number","format":"double"})");
  CHECK(all.schema("numbers", "/properties/single") == R"({"type":"number","format":"float"})");
}

TEST_CASE("rules become keywords of the schema") {
  const auto all = document_of_body<shop::line>();
  const auto member = [&](std::string_view name) {
    return all.schema("line", "/properties/" + std::string(name));
  };
  CHECK(all.schema("line", "/description") == R"("One line of an order.")");
  CHECK(all.schema("line", "/additionalProperties") == "false");
  CHECK(member("code") ==
        R"({"type":"string","minLength":2,"maxLength":9,"pattern":"^(?:[A-Z]+\\d)$",)"
        R"("description":"As it stands on the box."})");
  CHECK(member("note") == R"({"type":["string","null"]})");
  CHECK(member("paint") == R"({"$ref":"#/components/schemas/colour"})");
  CHECK(all.schema("colour") == R"({"type":"string","enum":["red","green"]})");
  CHECK(member("rest") == R"({"type":"string","enum":["green"]})");
  CHECK(member("tags") == R"({"type":"array","items":{"type":"string","minLength":1,)"
                          R"("maxLength":20},"minItems":1,"maxItems":3,"uniqueItems":true,)"
                          R"("description":"The value must not come in pairs."})");
  CHECK(member("pair") ==
        R"({"type":"array","items":{"type":"integer","format":"int32",)"
        R"("minimum":-2147483648,"maximum":2147483647},"minItems":2,"maxItems":2})");
  CHECK(member("counts") == R"({"type":"object","additionalProperties":{"type":"integer",)"
                            R"("format":"int32","minimum":1,"maximum":7}})");
  CHECK(member("at") == R"({"type":"string","format":"date-time"})");
  CHECK(member("day") == R"({"type":"string","format":"date"})");
  CHECK(member("id") == R"({"type":["integer","string"],"pattern":"^(?:0|-?[1-9][0-9]*)$"})");
  CHECK(member("price") == R"({"type":"number","format":"double","maximum":100,)"
                           R"("exclusiveMinimum":0,"multipleOf":1E-2,"default":1.5E0})");
  CHECK(member("mail") == R"({"type":"string","format":"email"})");
  CHECK(member("page") == R"({"type":"string","format":"uri"})");
  CHECK(member("plan") == R"({"type":"string","enum":["free","team"],"default":"free"})");
  CHECK(all.schema("line", "/required") ==
        R"(["code","paint","rest","tags","pair","counts","at","day","id","mail","page"])");
}

TEST_CASE("what is written has all members, and integers as text are text") {
  const auto all = document_of_answer<shop::line>();
  CHECK(all.schema("line", "/properties/id/type") == R"("string")");
  CHECK(all.schema("line", "/required") ==
        R"(["code","note","paint","rest","tags","pair","counts","at","day","id","price","mail",)"
        R"("page","plan"])");
  CHECK(document_of_answer<shop::quiet>().schema("quiet") ==
        R"({"type":"object","properties":{"value":{"type":"integer","format":"int32",)"
        R"("minimum":-2147483648,"maximum":2147483647}}})");
}

TEST_CASE("a type that is read otherwise than it is written is two components") {
  weft::app app;
  app.put("/", [](weft::json<shop::line> sent) { return *sent; });
  app.post("/", [](weft::json<shop::tree> sent) { return *sent; });
  const document all(app);
  CHECK(all.at("/paths/~1/put/requestBody/content/application~1json/schema/$ref") ==
        R"("#/components/schemas/line_input")");
  CHECK(all.at("/paths/~1/put/responses/200/content/application~1json/schema/$ref") ==
        R"("#/components/schemas/line")");
  CHECK(all.at("/paths/~1/post/requestBody/content/application~1json/schema/$ref") ==
        R"("#/components/schemas/tree")");
  CHECK(all.schema("tree_input") == "nothing");
}

TEST_CASE("a type may contain itself") {
  CHECK(document_of_answer<shop::tree>().schema("tree", "/properties/children") ==
        R"({"type":"array","items":{"$ref":"#/components/schemas/tree"}})");
}

TEST_CASE("variants of tagged structs have a discriminator, others are any of theirs") {
  const auto all = document_of_body<shop::drawing>();
  const std::string shape =
      R"("oneOf":[{"$ref":"#/components/schemas/circle"},{"$ref":"#/components/schemas/square"}],)"
      R"("discriminator":{"propertyName":"kind","mapping":{)"
      R"("circle":"#/components/schemas/circle","square":"#/components/schemas/square"}})";
  CHECK(all.schema("drawing", "/properties/shape") == "{" + shape + "}");
  CHECK(all.schema("drawing", "/properties/other") ==
        R"({"anyOf":[{)" + shape + R"(},{"type":"null"}]})");
  CHECK(all.schema("drawing", "/properties/loose/anyOf/0") == R"({"type":"null"})");
  CHECK(all.schema("drawing", "/properties/loose/anyOf/2") == R"({"type":"string"})");
  CHECK(all.schema("drawing", "/properties/roots") ==
        R"({"anyOf":[{"$ref":"#/components/schemas/tree"},{"type":"null"}]})");
  CHECK(all.schema("circle", "/properties/kind") == R"({"type":"string","const":"circle"})");
  CHECK(all.schema("circle", "/required") == R"(["kind","radius"])");
}

TEST_CASE("a patch requires nothing, and has null only where it means something") {
  weft::app app;
  app.patch("/", [](weft::patch<shop::parcel>) {});
  const document all(app);
  CHECK(all.at("/paths/~1/patch/requestBody/content/application~1merge-patch+json/schema/$ref") ==
        R"("#/components/schemas/parcel_patch")");
  CHECK(all.schema("parcel_patch", "/required") == "nothing");
  CHECK(all.schema("parcel_patch", "/properties/to") == R"({"type":"string"})");
  CHECK(all.schema("parcel_patch", "/properties/weight/type") == R"(["integer","null"])");
  CHECK(all.schema("parcel_patch", "/properties/label/$ref") ==
        R"("#/components/schemas/circle_patch")");
  CHECK(all.schema("parcel_patch", "/properties/marks/additionalProperties/type") ==
        R"(["integer","null"])");
}

TEST_CASE("types of one name get their namespaces, and none is called as what weft answers") {
  weft::app app;
  app.get("/1", [] { return shop::answer{}; });
  app.get("/2", [] { return stock::answer{}; });
  app.get("/3", [] { return stock::problem{}; });
  app.get("/4", [] { return shop::page<shop::tree>{}; });
  const document all(app);
  CHECK(all.schema("shop.answer", "/properties/text/type") == R"("string")");
  CHECK(all.schema("stock.answer", "/properties/count/type") == R"("integer")");
  CHECK(all.schema("stock.problem", "/properties/solved/type") == R"("integer")");
  CHECK(all.schema("problem", "/properties/title/type") == R"("string")");
  CHECK(all.schema("page_tree", "/properties/items/items/$ref") ==
        R"("#/components/schemas/tree")");
}

}  // namespace
