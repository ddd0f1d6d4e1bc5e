#include "web/percent.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>

namespace {

using weft::detail::percent_decode;
using weft::detail::plus_sign;

TEST_CASE("decoding resolves every escape exactly once") {
  CHECK(percent_decode("a%20b%2Fc") == "a b/c");
  CHECK(percent_decode("%2541") == "%41");
  CHECK(percent_decode("a+b") == "a+b");
  CHECK(percent_decode("a+b%2B", plus_sign::is_blank) == "a b+");
  CHECK(percent_decode("%E2%82%AC") == "\xE2\x82\xAC");
  CHECK(percent_decode("") == "");
}

TEST_CASE("decoding refuses bad escapes and what is no UTF-8") {
  for (std::string_view text :
       {"%", "%2", "%G0", "%FF", "%C3", "%C0%AF", "%ED%A0%80", "%F4%90%80%80", "%E2%82x", "%80"}) {
    INFO("text " << text);
    CHECK_FALSE(percent_decode(text));
  }
}

TEST_CASE("only a path on this host is a local target") {
  using weft::detail::is_local_target;
  for (std::string_view good : {"/", "/items/7", "/items?page=2&x=%2F", "/a//b"}) {
    INFO("target " << good);
    CHECK(is_local_target(good));
  }
  for (std::string_view bad :
       {"", "items", "//evil.example", "/\\evil.example", "http://evil.example", "/a b",
        "/a\r\nX: y", "/%zz", "/a#b", "\\/evil"}) {
    INFO("target " << bad);
    CHECK_FALSE(is_local_target(bad));
  }
}

}  // namespace
