#include "web/files/byte_ranges.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>

using weft::detail::parse_ranges;
using weft::detail::wanted_ranges;

namespace {

/// "whole", "416", or the ranges as "0+5 7+1".
std::string read(std::string_view field, std::uint64_t size = 100, std::size_t most = 4) {
  const auto wanted = parse_ranges(field, size, most);
  if (wanted.what == wanted_ranges::outcome::whole) return "whole";
  if (wanted.what == wanted_ranges::outcome::unsatisfiable) return "416";
  std::string text;
  for (const auto& [offset, length] : wanted.ranges) {
    if (!text.empty()) text += ' ';
    text += std::to_string(offset) + '+' + std::to_string(length);
  }
  return text;
}

}  // namespace

TEST_CASE("a range is read in its three forms and cut at the end") {
  CHECK(read("bytes=0-0") == "0+1");
  CHECK(read("bytes=0-99") == "0+100");
  CHECK(read("bytes=10-") == "10+90");
  CHECK(read("bytes=-10") == "90+10");
  CHECK(read("BYTES=99-") == "99+1");
  CHECK(read("bytes=90-1000") == "90+10");
  CHECK(read("bytes=-1000") == "0+100");
  CHECK(read("bytes=0-99999999999999999999999999") == "0+100");
  CHECK(read("bytes=-18446744073709551616") == "0+100");
  CHECK(read("bytes= 1-2 ") == "1+2");
  CHECK(read("bytes=1-1, 3-4 ,-2") == "1+1 3+2 98+2");
  CHECK(read("bytes=,,1-1,,") == "1+1");
  CHECK(read("bytes=50-59,0-9") == "50+10 0+10");  // in the order that was asked for
}

TEST_CASE("nothing of a range is there, or it is malformed: 416") {
  for (const std::string field : {"bytes=",
                                  "bytes=,",
                                  "bytes=100-",
                                  "bytes=100-200",
                                  "bytes=-0",
                                  "bytes=-",
                                  "bytes=1",
                                  "bytes=a-b",
                                  "bytes=1-a",
                                  "bytes=2-1",
                                  "bytes=+1-2",
                                  "bytes=--1",
                                  "bytes=1--2",
                                  "bytes=0x1-2",
                                  "bytes=1 -2",
                                  "bytes=1- 2",
                                  "bytes=1-2;3-4",
                                  "bytes=0-1,junk",
                                  "bytes=99999999999999999999-",
                                  "bytes=100-, 200-300"}) {
    INFO(field);
    CHECK(read(field) == "416");
  }
  CHECK(read("bytes=0-0", 0) == "416");
  CHECK(read("bytes=200-,5-6") == "5+2");  // some of it is there
}

TEST_CASE("what is not for bytes, or asks for too much, gets the whole") {
  for (const std::string field :
       {"", "items=0-1", "bytes", "bytes:0-1", "byte=0-1", " bytes=0-1"}) {
    INFO(field);
    CHECK(read(field) == "whole");
  }
  CHECK(read("bytes=0-1,2-3", 100, 1) == "whole");
  CHECK(read("bytes=0-1,2-3,4-5,6-7,8-9") == "whole");
  CHECK(read("bytes=0-,0-") == "whole");
  CHECK(read("bytes=0-60,40-99") == "whole");
  CHECK(read("bytes=0-59,60-99") == "0+60 60+40");
}

TEST_CASE("a long list of ranges is given up at its limit") {
  std::string field = "bytes=0-0";
  for (int i = 0; i < 100'000; ++i) field += ",0-0";
  CHECK(read(field, 1'000'000, 16) == "whole");
}
