#include "reading.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/web/json/write.hpp>

#include <stdexcept>
#include <variant>

namespace plan {

// [tags]
struct circle {
  double radius = 0;
};
BOOST_DESCRIBE_STRUCT(circle, (), (radius))
inline void json_rules(weft::rules_for<circle>& rules) {
  rules.tag("kind", "circle");
  rules.above(&circle::radius, 0);
}

struct square {
  double side = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(square, (), (side, name))
inline void json_rules(weft::rules_for<square>& rules) {
  rules.tag("kind", "square");
  rules.refuse_unknown();
}

struct group;
using shape = std::variant<circle, square, group>;
// [/tags]

struct nothing {};
BOOST_DESCRIBE_STRUCT(nothing, (), ())
inline void json_rules(weft::rules_for<nothing>& rules) { rules.tag("kind", "nothing"); }

struct group {
  std::vector<std::variant<circle, square, nothing, group, int>> shapes;
};
BOOST_DESCRIBE_STRUCT(group, (), (shapes))
inline void json_rules(weft::rules_for<group>& rules) { rules.tag("kind", "group"); }

struct untagged {
  int id = 0;
};
BOOST_DESCRIBE_STRUCT(untagged, (), (id))
inline void json_rules(weft::rules_for<untagged>&) {}

struct other {
  int id = 0;
};
BOOST_DESCRIBE_STRUCT(other, (), (id))
inline void json_rules(weft::rules_for<other>& rules) { rules.tag("type", "other"); }

struct drawing {
  std::optional<shape> first;
  shape main;
};
BOOST_DESCRIBE_STRUCT(drawing, (), (first, main))

}  // namespace plan

namespace {

using lines = std::vector<std::string>;
using plan::shape;

std::string written(const auto& value) {
  weft::byte_buffer out;
  weft::write_json(out, value);
  return std::string(out.view());
}

TEST_CASE("a tag tells which struct of a variant it is, wherever it stands") {
  for (const auto text :
       {R"({"kind":"square","side":2,"name":"n"})", R"({"side":2,"name":"n","kind":"square"})",
        R"({"side":2, "\u006bind" : "squ\u0061re" ,"name":"n"})",
        " { \"side\" : 2 , \"name\" : \"n\" , \"kind\" : \"square\" } "}) {
    INFO(text);
    const auto value = read<shape>(text);
    REQUIRE(std::holds_alternative<plan::square>(value));
    CHECK(std::get<plan::square>(value).side == 2);
    CHECK(std::get<plan::square>(value).name == "n");
  }
  CHECK(std::get<plan::circle>(read<shape>(R"({"radius":1,"kind":"circle","more":[{}]})")).radius ==
        1);
}

TEST_CASE("what looks like a tag in a value or deeper down is none") {
  const auto text = R"({"name":"\"kind\":\"circle\"}{","side":1,"kind":"square"})";
  CHECK(std::get<plan::square>(read<shape>(text)).name == R"("kind":"circle"}{)");
  const auto nested =
      R"({"a":{"kind":"square"},"b":[{"kind":"square"},"}"],"kind":"circle","radius":3})";
  CHECK(std::get<plan::circle>(read<shape>(nested)).radius == 3);
}

TEST_CASE("variants nest, and each object finds its own tag") {
  const auto text =
      R"({"shapes":[{"radius":1,"kind":"circle"},7,{"kind":"nothing"},{"kind":"group","shapes":)"
      R"([{"name":"{","side":2,"kind":"square"},{"shapes":[],"kind":"group"}]}],"kind":"group"})";
  const auto value = read<shape>(text);
  CHECK(written(value) ==
        R"({"kind":"group","shapes":[{"kind":"circle","radius":1},7,{"kind":"nothing"},)"
        R"({"kind":"group","shapes":[{"kind":"square","side":2,"name":"{"},)"
        R"({"kind":"group","shapes":[]}]}]})");
}

TEST_CASE("a tag that is missing or unknown is an issue at its place") {
  const std::string wanted = R"(must be one of "circle", "square", "group")";
  CHECK(issue_of<shape>("{}") == "/kind: is required");
  CHECK(issue_of<shape>(R"({"side":1,"x":{"kind":"circle"}})") == "/kind: is required");
  CHECK(issue_of<shape>(R"({"kind":"cube","side":"x"})") == "/kind: " + wanted);
  CHECK(issue_of<shape>(R"({"kind":7})") == "/kind: " + wanted);
  CHECK(issue_of<shape>(R"({"kind":null})") == "/kind: " + wanted);
  CHECK(issue_of<shape>(R"({"kind":{"kind":"circle"}})") == "/kind: " + wanted);
  CHECK(issue_of<shape>("[]") == ": must be an object");
  CHECK(issue_of<shape>("1") == ": must be an object");
  CHECK(issues_of<plan::drawing>(R"({"first":{"radius":1},"main":{"kind":""}})") ==
        lines{"/first/kind: is required", "/main/kind: " + wanted});
  CHECK(issues_of<plan::drawing>(R"({"first":null,"main":{"kind":"circle","radius":0}})") ==
        lines{"/main/radius: must be more than 0"});
}

TEST_CASE("the members of the struct that the tag names are held to its rules") {
  CHECK(issues_of<shape>(R"({"kind":"square","side":"x","radius":1})") ==
        lines{"/side: must be a number", "/radius: is not known", "/name: is required"});
  CHECK(issues_of<shape>(R"({"kind":"square","side":1,"name":"","kind":"square"})") ==
        lines{"/kind: appears twice"});
  CHECK(issues_of<shape>(R"({"kind":"square","side":1,"name":"","kind":"circle"})") ==
        lines{"/kind: appears twice"});
}

TEST_CASE("a struct with a tag has it by itself too") {
  CHECK(written(plan::circle{2}) == R"({"kind":"circle","radius":2})");
  CHECK(written(plan::nothing{}) == R"({"kind":"nothing"})");
  CHECK(read<plan::circle>(R"({"kind":"circle","radius":2})").radius == 2);
  CHECK(issue_of<plan::circle>(R"({"radius":2})") == "/kind: is required");
  CHECK(issue_of<plan::circle>(R"({"kind":"square","radius":2})") == R"(/kind: must be "circle")");
}

TEST_CASE("a text that breaks off while a tag is looked for is a syntax error") {
  const std::string text = R"({"side":[1,{"a":"\"}"}],"name":"n\\","kind":"square"})";
  for (std::size_t size = 0; size != text.size(); ++size) {
    shape value;
    INFO(size);
    CHECK(weft::parse_json(std::string_view(text).substr(0, size), value).is_syntax_error());
  }
  for (const auto bad : {"{\"side\":1 \"kind\":\"square\"}", "{\"kind\"}", "{]", "{\"a\":}}",
                         R"({"kind":"\ud800"})", R"({"\x":1})", "{{{{", "{\"kind\":\"circle\""}) {
    shape value;
    CHECK(weft::parse_json(bad, value).is_syntax_error());
  }
}

TEST_CASE("many objects without their tag are passed over quickly") {
  std::string text = R"({"shapes":[)";
  for (int i = 0; i != 20'000; ++i) text += R"({"radius":1,"kind":"circle"},)";
  text.back() = ']';
  CHECK(issue_of<shape>(text + "}") == "/kind: is required");
  CHECK(std::get<plan::group>(read<shape>(text + R"(,"kind":"group"})")).shapes.size() == 20'000);
}

TEST_CASE("structs in a variant need tags of one name") {
  std::variant<plan::circle, plan::untagged> half;
  std::variant<plan::circle, plan::other> two_names;
  CHECK_THROWS_AS(weft::parse_json("{}", half), std::logic_error);
  CHECK_THROWS_AS(weft::parse_json("{}", two_names), std::logic_error);
}

}  // namespace
