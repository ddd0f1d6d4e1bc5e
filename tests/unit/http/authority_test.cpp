#include <http/authority.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string_view>

using weft::detail::is_authority;
using weft::detail::is_ipv6_address;

TEST_CASE("hosts of RFC 3986 3.2.2 are accepted, with and without a port") {
  const std::string_view good[] = {"a",
                                   "localhost",
                                   "a.example",
                                   "A.EXAMPLE",
                                   "a.example.",
                                   "127.0.0.1",
                                   "999.1.1.1",
                                   "a_b",
                                   "a-b",
                                   "xn--4ca.example",
                                   "%C3%A4",
                                   "a!$&'()*+,;=~",
                                   "[::1]",
                                   "[2001:db8::1]",
                                   "[::ffff:192.0.2.1]",
                                   "[v1.a:b]",
                                   "[vF.x]",
                                   "a:80",
                                   "a:0",
                                   "a:65535",
                                   "a:00080",
                                   "a:",
                                   "[::1]:80",
                                   "[::1]:"};
  for (const auto text : good) {
    CAPTURE(text);
    CHECK(is_authority(text));
  }
}

TEST_CASE("what is no host, or has a user, is not accepted") {
  const std::string_view bad[] = {
      "",         ":",      ":80",     "a b",     "a/b",         "a?b",
      "a#b",      "a\\b",   "a@b",     "u:p@a",   "a:b",         "a:80a",
      "a:-1",     "a:+1",   "a: 80",   "a:65536", "a:000080",    "a:80:80",
      "\xc3\xa4", "a\"b",   "a<b",     "a[b",     "a]",          "%",
      "%4",       "%4g",    "a%2",     "[",       "[]",          "[::1",
      "::1",      "[::1]a", "[::1]80", "[a]",     "[127.0.0.1]", "[::1%25eth0]",
      "[v.a]",    "[v1.]",  "[v1a]",   "[vg.a]",  "[v1.a/]",     "a,b c"};
  for (const auto text : bad) {
    CAPTURE(text);
    CHECK_FALSE(is_authority(text));
  }
}

TEST_CASE("IPv6 addresses follow RFC 3986 3.2.2") {
  const std::string_view good[] = {"::",
                                   "::1",
                                   "1::",
                                   "1:2:3:4:5:6:7:8",
                                   "1:2:3:4:5:6:7::",
                                   "::2:3:4:5:6:7:8",
                                   "1:2::7:8",
                                   "ABCD:ef01::",
                                   "::1.2.3.4",
                                   "1:2:3:4:5:6:1.2.3.4",
                                   "1::5:1.2.3.4",
                                   "::255.255.255.255",
                                   "0000:0000::0"};
  for (const auto text : good) {
    CAPTURE(text);
    CHECK(is_ipv6_address(text));
  }
  const std::string_view bad[] = {"",
                                  ":",
                                  ":::",
                                  "1",
                                  "1:2:3:4:5:6:7",
                                  "1:2:3:4:5:6:7:8:9",
                                  "1:2:3:4:5:6:7:8::",
                                  "1::2:3:4:5:6:7:8",
                                  "1::2::3",
                                  ":1::2",
                                  "1::2:",
                                  ":1:2:3:4:5:6:7",
                                  "12345::",
                                  "g::",
                                  "1.2.3.4::",
                                  "1.2.3.4",
                                  "::1.2.3",
                                  "::1.2.3.4.5",
                                  "::256.1.1.1",
                                  "::01.1.1.1",
                                  "::1.2.3.",
                                  "::1..2.3",
                                  "::.1.2.3",
                                  "1:2:3:4:5:6:7:1.2.3.4",
                                  "::1.2.3.4:5",
                                  "::0x1",
                                  "1 ::"};
  for (const auto text : bad) {
    CAPTURE(text);
    CHECK_FALSE(is_ipv6_address(text));
  }
}
