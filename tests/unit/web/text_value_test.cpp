#include <weft/web/text_value.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace {

enum class level : std::int8_t { low = -1, high = 100 };
BOOST_DESCRIBE_ENUM(level, low, high)

/// What is wrong with the text, or the value in digits.
template <class T>
std::string read(std::string_view text) {
  T value{};
  const auto wrong = weft::text_value<T>::read(text, value);
  return wrong.empty() ? std::to_string(value) : wrong;
}

TEST_CASE("an integer is read up to both ends of its type") {
  CHECK(read<std::int64_t>("-9223372036854775808") == "-9223372036854775808");
  CHECK(read<std::int64_t>("9223372036854775807") == "9223372036854775807");
  CHECK(read<std::uint64_t>("18446744073709551615") == "18446744073709551615");
  CHECK(read<std::int8_t>("-128") == "-128");
  CHECK(read<std::int64_t>("9223372036854775808").starts_with("must be between"));
  CHECK(read<std::uint64_t>("18446744073709551616").starts_with("must be between"));
  CHECK(read<std::int8_t>("128") == "must be between -128 and 127");
  CHECK(read<std::uint16_t>("-1") == "must be between 0 and 65535");
}

TEST_CASE("what is no integer is none") {
  for (std::string_view text : {"", " 1", "1 ", "0x10", "1e3", "1,000", "--1", "-", "+1", "1.0"}) {
    INFO("text '" << text << "'");
    CHECK(read<int>(text) == "must be an integer");
  }
}

TEST_CASE("a boolean has two spellings a value") {
  CHECK(read<bool>("true") == "1");
  CHECK(read<bool>("1") == "1");
  CHECK(read<bool>("false") == "0");
  CHECK(read<bool>("0") == "0");
  for (std::string_view text : {"", "TRUE", "yes", "on", "2"}) {
    CHECK(read<bool>(text) == "must be true or false");
  }
}

TEST_CASE("a floating-point number is finite") {
  CHECK(read<double>("-1.5e3") == "-1500.000000");
  CHECK(read<float>("0.5") == "0.500000");
  for (std::string_view text : {"", "inf", "nan", "-infinity", "1.5x", "1,5"}) {
    INFO("text '" << text << "'");
    CHECK(read<double>(text) == "must be a number");
  }
  CHECK(read<float>("1e39") == "is beyond the range of its type");
}

TEST_CASE("an enum is read by its enumerators' names") {
  level value{};
  CHECK(weft::text_value<level>::read("low", value).empty());
  CHECK(value == level::low);
  CHECK(weft::text_value<level>::read("high", value).empty());
  CHECK(value == level::high);
  CHECK(weft::text_value<level>::read("-1", value) == "must be one of \"low\", \"high\"");
  CHECK(weft::text_value<level>::read("Low", value) == "must be one of \"low\", \"high\"");
}

}  // namespace
