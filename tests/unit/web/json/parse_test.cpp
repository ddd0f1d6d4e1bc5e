#include "reading.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <thread>
#include <unordered_map>

using namespace std::string_literals;
using namespace std::string_view_literals;

namespace shop {

enum class color { red, green = 7 };
BOOST_DESCRIBE_ENUM(color, red, green)

struct entity {
  std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(entity, (), (id))

struct item : entity {
  std::string name;
  double price = 0;
  color paint = color::red;
  std::vector<std::string> tags;
  std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(item, (entity), (name, price, paint, tags, note))

struct tree {
  std::string name;
  std::vector<tree> children;
};
BOOST_DESCRIBE_STRUCT(tree, (), (name, children))

struct long_names {
  int a_name_of_sixteen = 0;
  int a_name_of_far_more_than_sixteen = 0;
  int a_name_of_far_more_than_fifteen = 0;
};
BOOST_DESCRIBE_STRUCT(long_names, (),
                      (a_name_of_sixteen, a_name_of_far_more_than_sixteen,
                       a_name_of_far_more_than_fifteen))

enum class unit { single, pair };
BOOST_DESCRIBE_ENUM(unit, single, pair)

/// Used by one test only, which wants to be the first.
struct counter {
  int step = 0;
  shop::unit unit = shop::unit::single;
};
BOOST_DESCRIBE_STRUCT(counter, (), (step, unit))

struct nothing {};
BOOST_DESCRIBE_STRUCT(nothing, (), ())

}  // namespace shop

namespace {

// [parse]
TEST_CASE("a document becomes a struct, bases and nested values included") {
  const auto item = read<shop::item>(
      R"({"id":7,"name":"lamp","price":9.5,"paint":"green","tags":["a","b"],"note":"x"})");
  CHECK(item.id == 7);
  CHECK(item.name == "lamp");
  CHECK(item.price == 9.5);
  CHECK(item.paint == shop::color::green);
  CHECK(item.tags == std::vector{"a"s, "b"s});
  CHECK(item.note == "x");
}
// [/parse]

TEST_CASE("members come in any order, between unknown ones") {
  const auto item = read<shop::item>(
      R"( {"tags":[],"zzz":{"a":[1,{"b":null}]},"price":1,"name":"n","yy":[[],{}],)"
      R"("paint":"red","x":"\n","id":1,"w":1.5e3,"v":true} )");
  CHECK(item.id == 1);
  CHECK(item.price == 1);
}

TEST_CASE("an absent or null optional is empty, a null one loses its value") {
  const auto text = R"({"id":1,"name":"","price":0,"paint":"red","tags":[]%})"s;
  const auto with = [&](std::string_view more) {
    return std::string(text).replace(text.find('%'), 1, more);
  };
  CHECK_FALSE(read<shop::item>(with("")).note.has_value());
  shop::item used;
  used.note = "old";
  CHECK_FALSE(read<shop::item>(with(R"(,"note":null)"), used).note.has_value());
  CHECK(read<shop::item>(with(R"(,"note":"")")).note == "");
}

TEST_CASE("names longer than a machine word are told apart") {
  const auto value =
      read<shop::long_names>(R"({"a_name_of_far_more_than_fifteen":3,"a_name_of_sixteen":1,)"
                             R"("a_name_of_far_more_than_sixteen":2})");
  CHECK(value.a_name_of_sixteen == 1);
  CHECK(value.a_name_of_far_more_than_sixteen == 2);
  CHECK(value.a_name_of_far_more_than_fifteen == 3);
}

TEST_CASE("escaped keys are the keys they spell") {
  CHECK(read<shop::entity>(R"({"\u0069d":3})").id == 3);
  CHECK(read<shop::entity>(R"({"i\u0064":3})").id == 3);
  CHECK(read<std::map<std::string, int>>(R"({"a\nb":1,"\u00e9":2})") ==
        std::map<std::string, int>{{"a\nb", 1}, {"é", 2}});
}

TEST_CASE("a type may contain itself") {
  const auto tree = read<shop::tree>(
      R"({"name":"a","children":[{"name":"b","children":[]},{"name":"c","children":[]}]})");
  REQUIRE(tree.children.size() == 2);
  CHECK(tree.children[1].name == "c");
}

TEST_CASE("several threads may be the first to meet a type") {
  std::vector<std::int64_t> sums(4);
  {
    std::vector<std::jthread> threads;
    for (auto& sum : sums) {
      threads.emplace_back([&sum] {
        shop::counter counter;
        for (int i = 0; i != 100; ++i)
          if (weft::parse_json(R"({"step":3,"unit":"pair"})", counter))
            sum += counter.step * (counter.unit == shop::unit::pair ? 2 : 1);
      });
    }
  }
  CHECK(sums == std::vector<std::int64_t>(4, 600));
}

TEST_CASE("an empty struct takes any object") {
  read<shop::nothing>("{}");
  read<shop::nothing>(R"({"a":1})");
}

TEST_CASE("integers of every width reach their ends and not beyond") {
  const auto ends = []<class I>(I) {
    const auto low = std::to_string(std::numeric_limits<I>::min());
    const auto high = std::to_string(std::numeric_limits<I>::max());
    CHECK(read<I>(low) == std::numeric_limits<I>::min());
    CHECK(read<I>(high) == std::numeric_limits<I>::max());
    const auto refusal = ": must be between " + low + " and " + high;
    // The last digit is no 9 at either end of any width.
    const auto beyond = [](std::string text) { return ++text.back(), text; };
    CHECK(issue_of<I>(beyond(high)) == refusal);
    CHECK(issue_of<I>(std::is_signed_v<I> ? beyond(low) : "-1") == refusal);
    CHECK(issue_of<I>("1e30") == refusal);
    CHECK(issue_of<I>("-1e30") == refusal);
  };
  ends(std::int8_t{});
  ends(std::uint8_t{});
  ends(std::int16_t{});
  ends(std::uint16_t{});
  ends(std::int32_t{});
  ends(std::uint32_t{});
  ends(std::int64_t{});
  ends(std::uint64_t{});
}

TEST_CASE("a number is an integer when its value is one") {
  CHECK(read<int>("1.0") == 1);
  CHECK(read<int>("1e3") == 1000);
  CHECK(read<std::int64_t>("9007199254740985.0") == 9007199254740985);
  CHECK(read<int>("-2.50e1") == -25);
  CHECK(read<int>("-0") == 0);
  CHECK(read<unsigned>("-0.0") == 0);
  CHECK(issue_of<int>("1.5") == ": must be an integer");
  CHECK(issue_of<int>("1e-1") == ": must be an integer");
}

TEST_CASE("doubles are the nearest to the text") {
  const std::pair<std::string_view, double> table[] = {
      {"0", 0.0},
      {"12", 12.0},
      {"18446744073709551615", 18446744073709551615.0},
      {"0.1", 0.1},
      {"3.141592653589793238462643", 3.141592653589793238462643},
      {"2.2250738585072011e-308", 2.2250738585072011e-308},
      {"1.7976931348623157e308", 1.7976931348623157e308},
      {"9007199254740993", 9007199254740993.0},
      {"0.000000000000000000000000000000000000001", 1e-39},
      {"8.41e21", 8.41e21},
      {"5e-324", 5e-324},
      {"1e-400", 0.0},
  };
  for (const auto& [text, value] : table) CHECK(read<double>(text) == value);
  CHECK(std::signbit(read<double>("-0.0")));
  CHECK(issue_of<double>("1e400") == ": is beyond the range of its type");
  CHECK(issue_of<double>("-1e400") == ": is beyond the range of its type");
}

TEST_CASE("floats are rounded once, from the text") {
  CHECK(read<float>("0.1") == 0.1F);
  CHECK(read<float>("16777217") == 16777216.0F);
  // Between two floats, a hair above the middle: rounding by way of a double would go down.
  CHECK(read<float>("1.00000005960464477539062500001") == 1.00000011920928955F);
  CHECK(issue_of<float>("1e39") == ": is beyond the range of its type");
}

TEST_CASE("strings keep every character that JSON can spell") {
  const std::pair<std::string_view, std::string> table[] = {
      {R"("")", ""},
      {R"("plain")", "plain"},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u0000")", std::string(1, '\0')},
      {R"("\u00e9\u20AC")", "é€"},
      {R"("\ud83d\ude00")", "😀"},
      {R"("a\uD834\uDD1Eb")", "a𝄞b"},
      {R"("é€😀")", "é€😀"},
      {"\"\x7f\"", "\x7f"},
      {R"("sixteen bytes or more \n and then \u0041 some")",
       "sixteen bytes or more \n and then A some"},
  };
  for (const auto& [text, value] : table) CHECK(read<std::string>(text) == value);
}

TEST_CASE("long strings with escapes come in parts and arrive whole") {
  std::string text = "\"";
  std::string wanted;
  for (int i = 0; i != 5000; ++i) {
    text += i % 7 == 0 ? "\\n" : "é";
    wanted += i % 7 == 0 ? "\n" : "é";
  }
  text += '"';
  CHECK(read<std::string>(text) == wanted);
  CHECK(read<std::vector<std::string>>("[" + text + ",\"b\"]") == std::vector{wanted, "b"s});
  CHECK(read<std::optional<std::string>>(text) == wanted);
  read<shop::nothing>("{\"a\":" + text + "," + text + ":1}");
}

TEST_CASE("what is not JSON is a syntax error with its place") {
  struct bad {
    std::string_view text;
    std::string_view message;
    std::size_t offset;
  };
  const bad table[] = {
      {"", "the JSON text ends too early", 0},
      {"  ", "the JSON text ends too early", 2},
      {"{", "the JSON text ends too early", 1},
      {R"({"id")", "the JSON text ends too early", 5},
      {R"({"id":1)", "the JSON text ends too early", 7},
      {R"({"id":1}})", "there is text behind the JSON value", 8},
      {R"({"id":1} x)", "there is text behind the JSON value", 9},
      {R"({"id":1,})", "the text is not JSON", 8},
      {R"({id:1})", "the text is not JSON", 1},
      {R"({"id" 1})", "the text is not JSON", 6},
      {R"({"id":01})", "the text is not JSON", 7},
      {R"({"id":+1})", "the text is not JSON", 6},
      {R"({"id":.5})", "the text is not JSON", 6},
      {R"({"id":1.})", "the text is not JSON", 8},
      {R"({"id":0x1})", "the text is not JSON", 7},
      {R"({"id":NaN})", "the text is not JSON", 6},
      {R"({"id":Infinity})", "the text is not JSON", 6},
      {R"({"id":tru})", "the text is not JSON", 6},
      {R"({'id':1})", "the text is not JSON", 1},
      {"{\"id\":1}//c", "there is text behind the JSON value", 8},
      {"\xEF\xBB\xBF{\"id\":1}", "the text is not JSON", 0},
      {"{\"a\":\"\n\"}", "the text is not JSON", 6},
      {R"({"a":"\x"})", "the text is not JSON", 7},
      {R"({"a":"\u12g4 and more"})", "a \\u escape is not a character", 9},
      {R"({"a":"\udc00 and more"})", "a \\u escape is not a character", 7},
      {"{\"a\":\"\xC3\x28\"}", "the text is not JSON", 6},
      {"{\"a\":\"\xC0\xAF\"}", "the text is not JSON", 6},
      {"{\"a\":\"\xED\xA0\x80\"}", "the text is not JSON", 6},
      {"{\"a\":\"\xF4\x90\x80\x80\"}", "the text is not JSON", 6},
      {"{\"a\":\"\xE2\x82\"}", "the text is not JSON", 6},
      {"{\"\xFF\":1}", "the text is not JSON", 2},
  };
  for (const auto& [text, message, offset] : table) {
    INFO("text: " << text);
    shop::entity value;
    const auto outcome = weft::parse_json(text, value);
    CHECK(outcome.is_syntax_error());
    CHECK(outcome.message() == message);
    CHECK(outcome.offset() == offset);
    CHECK(outcome.issues().empty());
  }
}

TEST_CASE("half a surrogate pair and broken hex digits are syntax errors") {
  for (const auto text : {R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")", R"("\ud800x")",
                          R"("\u12g4")", R"("\u12")"}) {
    INFO("text: " << text);
    std::string value;
    CHECK(weft::parse_json(text, value).is_syntax_error());
  }
}

TEST_CASE("nesting is counted in taken and in skipped values") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  const auto outcome_of = [](const std::string& text, const weft::json_limits& limits) {
    shop::nothing value;
    return weft::parse_json(R"({"a":)" + text + "}", value, limits);
  };
  CHECK(outcome_of(nested(63), {}).ok());
  const auto too_deep = outcome_of(nested(64), {});
  CHECK(too_deep.is_syntax_error());
  CHECK(too_deep.message() == "the JSON text is nested too deep");
  CHECK(outcome_of(nested(255), {.depth = 100'000}).ok());
  CHECK(outcome_of(nested(256), {.depth = 100'000}).is_syntax_error());
  CHECK(outcome_of(nested(1'000'000), {}).is_syntax_error());

  std::string text = R"({"name":"","children":[]})";
  for (int i = 0; i != 127; ++i) text = R"({"name":"","children":[)" + text + "]}";
  shop::tree tree;
  CHECK(weft::parse_json(text, tree, {.depth = 256}).ok());
  CHECK(weft::parse_json(text, tree, {.depth = 255}).is_syntax_error());
}

TEST_CASE("containers are replaced, not added to") {
  CHECK(read<std::vector<int>>("[1]", {7, 8}) == std::vector{1});
  CHECK(read<std::map<std::string, int>>(R"({"a":1})", {{"b", 2}}) ==
        std::map<std::string, int>{{"a", 1}});
}

TEST_CASE("containers nest in each other") {
  using numbers = std::map<std::string, int>;
  using nested = std::map<std::string, std::vector<std::optional<numbers>>>;
  const auto value = read<nested>(R"({"a":[null,{"x":1},{}],"":[]})");
  CHECK(value == nested{{"a", {std::nullopt, numbers{{"x", 1}}, numbers{}}}, {"", {}}});
  CHECK(read<std::unordered_map<std::string, std::array<bool, 2>>>(R"({"k":[true,false]})")["k"] ==
        std::array{true, false});
  CHECK(read<std::vector<std::vector<int>>>("[[],[1],[1,2]]") ==
        std::vector<std::vector<int>>{{}, {1}, {1, 2}});
  CHECK(read<std::optional<std::optional<int>>>("5").value() == 5);
}

TEST_CASE("a variant takes the alternative that fits the value") {
  using any = std::variant<std::monostate, bool, std::int64_t, double, std::string,
                           std::vector<int>, shop::entity>;
  CHECK(std::holds_alternative<std::monostate>(read<any>("null")));
  CHECK(std::get<bool>(read<any>("true")));
  CHECK(std::get<std::int64_t>(read<any>("-3")) == -3);
  CHECK(std::get<double>(read<any>("1.5")) == 1.5);
  CHECK(std::get<std::string>(read<any>(R"("s")")) == "s");
  CHECK(std::get<std::vector<int>>(read<any>("[1,2]")) == std::vector{1, 2});
  CHECK(std::get<shop::entity>(read<any>(R"({"id":4})")).id == 4);
}

TEST_CASE("a variant with one kind of number takes every number that fits it") {
  CHECK(std::get<double>(read<std::variant<std::string, double>>("2")) == 2.0);
  CHECK(std::get<int>(read<std::variant<std::string, int>>("2e0")) == 2);
}

}  // namespace
