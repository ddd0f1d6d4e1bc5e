#include "reading.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/web/json/write.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <random>

using namespace std::string_literals;
using namespace std::string_view_literals;

namespace stock {

enum class state : std::int8_t { sold = -1, free };
BOOST_DESCRIBE_ENUM(state, sold, free)

struct base {
  int id = 0;
};
BOOST_DESCRIBE_STRUCT(base, (), (id))

struct thing : base {
  std::string name;
  std::optional<double> price;
  std::vector<state> states;
  std::map<std::string, std::array<int, 2>> sizes;
  std::variant<std::monostate, bool, std::string> extra;
};
BOOST_DESCRIBE_STRUCT(thing, (base), (name, price, states, sizes, extra))

struct message {
  std::string_view message;
};
BOOST_DESCRIBE_STRUCT(message, (), (message))

struct nothing {};
BOOST_DESCRIBE_STRUCT(nothing, (), ())

struct numbers {
  std::int8_t i8;
  std::uint8_t u8;
  std::int16_t i16;
  std::uint16_t u16;
  std::int32_t i32;
  std::uint32_t u32;
  std::int64_t i64;
  std::uint64_t u64;
  bool operator==(const numbers&) const = default;
};
BOOST_DESCRIBE_STRUCT(numbers, (), (i8, u8, i16, u16, i32, u32, i64, u64))

struct a_member_with_a_name_that_is_longer_than_any_block {
  int the_first_name_that_is_longer_than_sixteen = 1;
  int the_second_name_that_is_longer_than_sixteen = 2;
};
BOOST_DESCRIBE_STRUCT(a_member_with_a_name_that_is_longer_than_any_block, (),
                      (the_first_name_that_is_longer_than_sixteen,
                       the_second_name_that_is_longer_than_sixteen))

}  // namespace stock

namespace {

template <class T>
std::string written(const T& value) {
  weft::byte_buffer out;
  weft::write_json(out, value);
  return std::string(out.view());
}

// [write]
TEST_CASE("a value is written compactly, in the order of its description") {
  stock::thing thing;
  thing.id = 3;
  thing.name = "lamp";
  thing.states = {stock::state::free, stock::state::sold};
  thing.sizes = {{"a", {1, 2}}, {"b", {3, 4}}};
  thing.extra = "x"s;
  CHECK(written(thing) == R"({"id":3,"name":"lamp","price":null,"states":["free","sold"],)"
                          R"("sizes":{"a":[1,2],"b":[3,4]},"extra":"x"})");
}
// [/write]

TEST_CASE("empty things have their brackets") {
  CHECK(written(stock::nothing{}) == "{}");
  CHECK(written(std::vector<int>{}) == "[]");
  CHECK(written(std::map<std::string, int>{}) == "{}");
  CHECK(written(std::vector<stock::nothing>(2)) == "[{},{}]");
  CHECK(written(std::optional<int>()) == "null");
  CHECK(written(std::variant<std::monostate, int>()) == "null");
  CHECK(written(""s) == "\"\"");
}

TEST_CASE("writing appends to what the buffer holds") {
  weft::byte_buffer out;
  out.append("x");
  weft::write_json(out, stock::message{"Hello, World!"});
  weft::write_json(out, 1);
  weft::write_json_string(out, "a\"b");
  CHECK(out.view() == R"(x{"message":"Hello, World!"}1"a\"b")");
}

TEST_CASE("long names are written whole") {
  CHECK(written(stock::a_member_with_a_name_that_is_longer_than_any_block{}) ==
        R"({"the_first_name_that_is_longer_than_sixteen":1,)"
        R"("the_second_name_that_is_longer_than_sixteen":2})");
}

TEST_CASE("integers of every width come back") {
  using std::numeric_limits;
  const auto ends = []<class... I>(bool low, std::variant<I...>*) {
    return stock::numbers{(low ? numeric_limits<I>::min() : numeric_limits<I>::max())...};
  };
  using all = std::variant<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t,
                           std::uint32_t, std::int64_t, std::uint64_t>;
  for (const bool low : {true, false}) {
    const auto numbers = ends(low, static_cast<all*>(nullptr));
    CHECK(read<stock::numbers>(written(numbers)) == numbers);
  }
  CHECK(written(numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(written(numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEST_CASE("floating point numbers are the shortest that read back the same") {
  CHECK(written(0.1) == "0.1");
  CHECK(written(0.1F) == "0.1");
  CHECK(written(100.0) == "100");
  CHECK(written(1e21) == "1e+21");
  CHECK(written(0.0) == "0");
  CHECK(written(-0.0) == "-0.0");
  CHECK(std::signbit(read<double>(written(-0.0))));
  CHECK(written(5e-324) == "5e-324");
  std::mt19937_64 bits(7);
  for (int i = 0; i != 20'000; ++i) {
    const auto number = std::bit_cast<double>(bits());
    if (!std::isfinite(number)) continue;
    const auto text = written(number);
    INFO(text);
    REQUIRE(std::bit_cast<std::uint64_t>(read<double>(text)) ==
            std::bit_cast<std::uint64_t>(number));
    const auto less = static_cast<float>(number);
    if (std::isfinite(less)) REQUIRE(read<float>(written(less)) == less);
  }
}

TEST_CASE("what JSON has no number for is null") {
  CHECK(written(std::numeric_limits<double>::quiet_NaN()) == "null");
  CHECK(written(std::numeric_limits<double>::infinity()) == "null");
  CHECK(written(-std::numeric_limits<float>::infinity()) == "null");
}

TEST_CASE("an enum value without a name is its number") {
  CHECK(written(static_cast<stock::state>(5)) == "5");
  CHECK(written(static_cast<stock::state>(-5)) == "-5");
}

TEST_CASE("strings are escaped where they must be") {
  CHECK(written("\"\\/\b\f\n\r\t\x01\x1f\x7f"s) == R"("\"\\/\b\f\n\r\t\u0001\u001f)"s + "\x7f\"");
  CHECK(written("\0"s) == R"("\u0000")");
  CHECK(written("é€😀"s) == "\"é€😀\"");
  CHECK(written("a key with \" in it"s) == R"("a key with \" in it")");
  CHECK(written(std::map<std::string, int>{{"a\"b", 1}}) == R"({"a\"b":1})");
}

TEST_CASE("every byte at every place of a string comes back") {
  for (std::size_t size = 1; size != 40; ++size) {
    for (std::size_t at = 0; at != size; ++at) {
      for (int code = 0; code != 0x80; ++code) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(code);
        const auto json = written(text);
        const bool is_plain = code >= 0x20 && code != '"' && code != '\\';
        REQUIRE((json.size() == size + 2) == is_plain);
        REQUIRE(read<std::string>(json) == text);
      }
    }
  }
}

TEST_CASE("a long value grows the buffer as it is written") {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i != 300; ++i) texts.emplace_back(i, i % 3 == 0 ? '\n' : 'y');
  CHECK(read<std::vector<std::string>>(written(texts)) == texts);
}

}  // namespace
