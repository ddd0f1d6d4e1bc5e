#include <weft/base/byte_buffer.hpp>

#include <catch2/catch_test_macros.hpp>

#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

namespace {

using weft::byte_buffer;

byte_buffer holding(std::string_view text) {
  byte_buffer buffer;
  buffer.append(text);
  return buffer;
}

template <class Number>
std::string digits(Number value) {
  byte_buffer buffer;
  buffer.append_number(value);
  return std::string{buffer.view()};
}

TEST_CASE("a new buffer is empty and owns no memory") {
  const byte_buffer buffer;
  CHECK(buffer.empty());
  CHECK(buffer.size() == 0);
  CHECK(buffer.capacity() == 0);
  CHECK(buffer.view().empty());
}

TEST_CASE("appended pieces read back as one") {
  byte_buffer buffer;
  buffer.append("one ");
  buffer.append("");
  buffer.push_back('2');
  buffer.append(" three");
  CHECK(buffer.view() == "one 2 three");
}

TEST_CASE("appending nothing to an empty buffer allocates nothing") {
  byte_buffer buffer;
  buffer.append("");
  CHECK(buffer.capacity() == 0);
}

TEST_CASE("bytes survive every growth") {
  byte_buffer buffer;
  std::string expected;
  for (int i = 0; i < 5'000; ++i) {
    const char c = static_cast<char>('a' + i % 26);
    buffer.push_back(c);
    expected.push_back(c);
  }
  CHECK(buffer.view() == expected);
}

TEST_CASE("growth is geometric, so many small appends move the bytes a few times only") {
  byte_buffer buffer;
  int moves = 0;
  const char* where = buffer.data();
  for (int i = 0; i < 100'000; ++i) {
    buffer.push_back('x');
    if (std::exchange(where, buffer.data()) != where) ++moves;
  }
  CHECK(moves <= 10);
}

TEST_CASE("clear keeps the capacity") {
  auto buffer = holding("some bytes");
  const auto capacity = buffer.capacity();
  buffer.clear();
  CHECK(buffer.empty());
  CHECK(buffer.capacity() == capacity);
}

TEST_CASE("prepared bytes belong to the buffer once they are committed") {
  auto buffer = holding("head ");
  char* room = buffer.prepare(1'000);
  std::memcpy(room, "tail", 4);
  CHECK(buffer.view() == "head ");
  buffer.commit(4);
  CHECK(buffer.view() == "head tail");
}

TEST_CASE("prepare within the capacity does not move the bytes") {
  byte_buffer buffer;
  buffer.reserve(4'096);
  const char* before = buffer.data();
  buffer.append(std::string(96, 'x'));
  CHECK(buffer.prepare(4'000) == before + 96);
}

TEST_CASE("reserve grows to what was asked and never shrinks") {
  byte_buffer buffer;
  buffer.reserve(10'000);
  CHECK(buffer.capacity() >= 10'000);
  const auto capacity = buffer.capacity();
  buffer.reserve(1);
  CHECK(buffer.capacity() == capacity);
}

TEST_CASE("consume drops bytes from the front") {
  auto buffer = holding("GET / HTTP/1.1");
  buffer.consume(0);
  CHECK(buffer.view() == "GET / HTTP/1.1");
  buffer.consume(4);
  CHECK(buffer.view() == "/ HTTP/1.1");
  buffer.consume(buffer.size());
  CHECK(buffer.empty());
}

TEST_CASE("truncate keeps the first bytes") {
  auto buffer = holding("keep this not that");
  buffer.truncate(9);
  CHECK(buffer.view() == "keep this");
}

TEST_CASE("shrink gives back a capacity above the limit and keeps one within it") {
  byte_buffer buffer;
  buffer.reserve(10'000);
  buffer.append("x");
  buffer.shrink(buffer.capacity());
  CHECK(buffer.view() == "x");
  buffer.shrink(9'999);
  CHECK(buffer.capacity() == 0);
  CHECK(buffer.empty());
}

TEST_CASE("a moved-from buffer is empty and can be used again") {
  auto source = holding("payload");
  byte_buffer target{std::move(source)};
  CHECK(target.view() == "payload");
  CHECK(source.empty());  // NOLINT(bugprone-use-after-move): what is left is the point
  CHECK(source.capacity() == 0);
  source.append("again");
  CHECK(source.view() == "again");
}

TEST_CASE("move assignment replaces the bytes") {
  auto target = holding("old");
  target = holding("new and longer");
  CHECK(target.view() == "new and longer");
}

TEST_CASE("integers of every width are written in full") {
  CHECK(digits(0) == "0");
  CHECK(digits(-7) == "-7");
  CHECK(digits(std::uint8_t{200}) == "200");
  CHECK(digits(std::int16_t{-32'768}) == "-32768");
  CHECK(digits(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(digits(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEST_CASE("doubles are written in the shortest form that reads back as the same value") {
  CHECK(digits(0.1) == "0.1");
  CHECK(digits(-2.5) == "-2.5");
  for (const double value : {1.0 / 3.0, 5e-324, 1.7976931348623157e308, -2.2250738585072014e-308}) {
    const auto text = digits(value);
    INFO(text);
    double back = 0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    CHECK(back == value);
  }
}

}  // namespace
