#include "testing/web/cookie_date.hpp"

#include <weft/testing/web/cookie_jar.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::testing::cookie_jar;
using weft::testing::cookie_place;
using weft::testing::kept_cookie;
using weft::testing::read_cookie_date;

namespace {

constexpr std::chrono::sys_seconds start = std::chrono::sys_days{std::chrono::year{2026} / 11 / 27};

/// A jar with a clock of its own.
struct fixture {
  cookie_jar::time_point now = start;
  cookie_jar jar{[this] { return now; }};

  cookie_place at(std::string host, std::string path = "/", bool is_secure = true) {
    return {std::move(host), std::move(path), is_secure};
  }
  /// What a request there sends after an answer from here has set that.
  std::string sent(const cookie_place& from, std::string_view set, const cookie_place& to) {
    jar.clear();
    jar.store(from, set);
    return jar.header_for(to);
  }
  bool keeps(const cookie_place& from, std::string_view set) {
    jar.clear();
    jar.store(from, set);
    return !jar.all().empty();
  }
};

}  // namespace

TEST_CASE("a cookie without attributes is for its host alone, until the session ends") {
  fixture f;
  f.jar.store(f.at("a.example", "/x/y"), "sid=1");
  const auto kept = f.jar.find("sid");
  REQUIRE(kept.has_value());
  CHECK(kept->value == "1");
  CHECK(kept->domain == "a.example");
  CHECK(kept->path == "/x");
  CHECK(kept->host_only);
  CHECK_FALSE(kept->secure);
  CHECK_FALSE(kept->expires.has_value());
  CHECK(f.jar.header_for(f.at("a.example", "/x")) == "sid=1");
  CHECK(f.jar.header_for(f.at("b.a.example", "/x")).empty());
  CHECK(f.jar.header_for(f.at("example", "/x")).empty());
  CHECK_FALSE(f.jar.find("SID").has_value());
}

TEST_CASE("a domain adds subdomains, and has to be the host's own") {
  fixture f;
  const auto www = f.at("www.a.example");
  CHECK(f.sent(www, "s=1; Domain=a.example", f.at("a.example")) == "s=1");
  CHECK(f.sent(www, "s=1; Domain=.A.Example", f.at("x.a.example")) == "s=1");
  CHECK(f.sent(www, "s=1; Domain=a.example", f.at("xa.example")).empty());
  CHECK(f.sent(www, "s=1; domain=", f.at("a.example")).empty());
  CHECK(f.sent(www, "s=1; domain=", www) == "s=1");
  for (const std::string foreign : {"b.example", "x.www.a.example", "example", "com",
                                    "ww.a.example", "..a.example", "a.example."}) {
    CAPTURE(foreign);
    CHECK_FALSE(f.keeps(www, "s=1; Domain=" + foreign));
  }
  CHECK(f.sent(f.at("localhost"), "s=1; Domain=localhost", f.at("localhost")) == "s=1");
  CHECK(f.sent(f.at("localhost"), "s=1; Domain=localhost", f.at("x.localhost")).empty());
  CHECK_FALSE(f.keeps(f.at("127.0.0.1"), "s=1; Domain=0.0.1"));
  CHECK(f.sent(f.at("127.0.0.1"), "s=1; Domain=127.0.0.1", f.at("127.0.0.1")) == "s=1");
  CHECK(f.sent(f.at("127.0.0.1"), "s=1; Domain=127.0.0.1", f.at("x.127.0.0.1")).empty());
}

TEST_CASE("a path matches itself and what is below it") {
  struct row {
    std::string from, attribute, to;
    bool matches;
  };
  const std::vector<row> rows = {
      {"/", "; Path=/a", "/a", true},
      {"/", "; Path=/a", "/a/b", true},
      {"/", "; Path=/a", "/ab", false},
      {"/", "; Path=/a/", "/a", false},
      {"/", "; Path=/a/", "/a/b", true},
      {"/a/b", "", "/a", true},
      {"/a/b", "", "/a/c", true},
      {"/a/b", "", "/b", false},
      {"/a", "", "/b", true},
      {"/a/b/", "", "/a/b", true},
      {"/a/b/", "", "/a", false},
      {"/a/b", "; Path=x", "/a/z", true},
      {"/a/b", "; Path=", "/z", false},
      {"/", "; Path=/A", "/a", false},
      {"/a", "; Path=/z; Path=/", "/q", true},
  };
  fixture f;
  for (const auto& r : rows) {
    CAPTURE(r.from, r.attribute, r.to);
    CHECK(f.sent(f.at("h", r.from), "s=1" + r.attribute, f.at("h", r.to)).empty() != r.matches);
  }
}

TEST_CASE("Max-Age goes before Expires, and time ends a cookie") {
  fixture f;
  const auto here = f.at("h");
  f.jar.store(here, "a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
  f.jar.store(here, "b=1; Expires=Fri, 27 Nov 2026 00:01:00 GMT");
  f.now += 59s;
  CHECK(f.jar.header_for(here) == "a=1; b=1");
  f.now += 1s;
  CHECK(f.jar.header_for(here).empty());
  CHECK(f.jar.all().empty());
}

TEST_CASE("a cookie of the past deletes the one that is there") {
  fixture f;
  const auto here = f.at("h");
  for (const std::string past :
       {"Max-Age=0", "Max-Age=-1", "Max-Age=-99999999999999999999",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT", "Expires=Mon, 01 Jan 1601 00:00:00 GMT"}) {
    CAPTURE(past);
    f.jar.store(here, "s=1");
    REQUIRE(f.jar.find("s").has_value());
    f.jar.store(here, "s=; " + past);
    CHECK_FALSE(f.jar.find("s").has_value());
  }
}

TEST_CASE("an age that is none is not looked at, and none is longer than 400 days") {
  fixture f;
  const auto here = f.at("h");
  for (const std::string none :
       {"Max-Age=", "Max-Age=1x", "Max-Age=+5", "Max-Age=-", "Max-Age= - 1", "Max-Age=1.5",
        "Expires=soon", "Expires=", "Max-Age"}) {
    CAPTURE(none);
    f.jar.store(here, "s=1; " + none);
    CHECK_FALSE(f.jar.find("s")->expires.has_value());
  }
  for (const std::string far : {"Max-Age=99999999999999999999999", "Max-Age=9223372036854775807",
                                "Expires=Fri, 31 Dec 9999 23:59:59 GMT", "Max-Age=34560001"}) {
    CAPTURE(far);
    f.jar.store(here, "s=1; " + far);
    CHECK(f.jar.find("s")->expires == cookie_jar::time_point(start + 400 * 24h));
  }
}

TEST_CASE("Secure keeps a cookie from the clear, and the clear from covering it") {
  fixture f;
  const auto safe = f.at("h.example", "/a");
  const auto clear = f.at("h.example", "/a", false);
  CHECK(f.sent(safe, "s=1; Secure", clear).empty());
  CHECK(f.sent(safe, "s=1; Secure", safe) == "s=1");
  CHECK_FALSE(f.keeps(clear, "s=1; Secure"));
  f.jar.clear();
  f.jar.store(safe, "s=1; Secure; Path=/a");
  f.jar.store(clear, "s=2; Path=/a/b");
  f.jar.store(clear, "s=3; Path=/a; Domain=h.example");
  CHECK(f.jar.all().size() == 1);
  CHECK(f.jar.refused().size() == 2);
  f.jar.store(clear, "s=4; Path=/");  // covers nothing
  f.jar.store(clear, "t=5; Path=/a");
  CHECK(f.jar.all().size() == 3);
}

TEST_CASE("prefixes of names are promises, in any case of letters") {
  fixture f;
  const auto here = f.at("h.example", "/a");
  for (const std::string kept :
       {"__Secure-s=1; Secure", "__Host-s=1; Secure; Path=/", "__Http-s=1; Secure; HttpOnly",
        "__Host-Http-s=1; Secure; HttpOnly; Path=/", "__secure-S=1; Secure", "_Host-s=1"}) {
    CAPTURE(kept);
    CHECK(f.keeps(here, kept));
  }
  for (const std::string broken :
       {"__Secure-s=1", "__SECURE-s=1", "__Host-s=1; Secure", "__Host-s=1; Path=/",
        "__Host-s=1; Secure; Path=/a", "__Host-s=1; Secure; Path=/; Domain=h.example",
        "__host-s=1; Secure; Path=/x", "__Http-s=1; Secure", "__Host-Http-s=1; Secure; Path=/",
        "=__Host-s=1; Secure; Path=/", "__Secure-s", "=__http-s=1"}) {
    CAPTURE(broken);
    CHECK_FALSE(f.keeps(here, broken));
  }
}

TEST_CASE("what a browser drops is not kept, and the jar says why") {
  fixture f;
  const auto here = f.at("h.example");
  CHECK_FALSE(f.keeps(here, ""));
  CHECK_FALSE(f.keeps(here, "="));
  CHECK_FALSE(f.keeps(here, " ; Path=/"));
  CHECK_FALSE(f.keeps(here, std::string("s=a\0b", 5)));
  CHECK_FALSE(f.keeps(here, "s=1\x7f"));
  CHECK_FALSE(f.keeps(here, "s=1; X=\x01"));
  CHECK_FALSE(f.keeps(here, "s=" + std::string(4096, 'x')));
  CHECK(f.keeps(here, "s=" + std::string(4095, 'x')));
  CHECK_FALSE(f.keeps(here, "s=1; SameSite=None"));
  CHECK(f.keeps(here, "s=1; SameSite=None; Secure"));
  CHECK(f.keeps(here, "s=1; SameSite=None; SameSite=odd"));
  f.jar.clear();
  f.jar.store(here, "s=1; Domain=b.example");
  REQUIRE(f.jar.refused().size() == 1);
  CHECK(f.jar.refused()[0] == "s=1; Domain=b.example: the domain is not that of the host");
}

TEST_CASE("names and values are taken as browsers take them") {
  fixture f;
  const auto here = f.at("h");
  CHECK(f.sent(here, "  s \t=  a b = c  ; path=/", here) == "s=a b = c");
  CHECK(f.sent(here, "value-alone", here) == "value-alone");
  CHECK(f.sent(here, "=value", here) == "value");
  CHECK(f.sent(here, "s=", here) == "s=");
  CHECK(f.sent(here, "s=\"a;b\"", here) == "s=\"a");
  CHECK(f.sent(here, "s=1;;;;HTTPONLY; =; ;", here) == "s=1");
  CHECK(f.jar.find("s")->http_only);
  CHECK(f.sent(here, "s=\xc3\xa4", here) == "s=\xc3\xa4");
  // An attribute that is too long is not looked at.
  CHECK(f.sent(f.at("h", "/a/b"), "s=1; Path=/" + std::string(1024, 'p'), f.at("h", "/a")) ==
        "s=1");
}

TEST_CASE("a request sends the longest path first, then the oldest, which keeps its age") {
  fixture f;
  const auto here = f.at("h", "/a/b/c");
  f.jar.store(here, "one=1; Path=/");
  f.jar.store(here, "two=2; Path=/a/b");
  f.jar.store(here, "three=3; Path=/");
  f.jar.store(here, "one=4; Path=/");
  CHECK(f.jar.header_for(here) == "two=2; one=4; three=3");
  CHECK(f.jar.all().size() == 3);
  f.jar.store(here, "one=5; Path=/a");
  CHECK(f.jar.header_for(here) == "two=2; one=5; one=4; three=3");
}

TEST_CASE("a test looks into the jar, puts cookies in and takes them out") {
  fixture f;
  kept_cookie forged;
  forged.name = "sid";
  forged.value = "forged";
  forged.domain = "h";
  f.jar.put(forged);
  CHECK(f.jar.header_for(f.at("h", "/x", false)) == "sid=forged");
  f.jar.store(f.at("h"), "sid=real");
  CHECK(f.jar.find("sid")->value == "real");
  f.jar.remove("sid");
  CHECK(f.jar.all().empty());
}

TEST_CASE("cookie dates are read in the forms that servers write") {
  using std::chrono::sys_seconds;
  const auto christmas =
      sys_seconds(std::chrono::sys_days{std::chrono::year{2026} / 12 / 25}) + 1h + 2min + 3s;
  for (const std::string text :
       {"Fri, 25 Dec 2026 01:02:03 GMT", "Friday, 25-Dec-26 01:02:03 GMT",
        "Fri Dec 25 01:02:03 2026", "25 dec 2026 1:2:3", "01:02:03 2026 december 25",
        "25/DEC/2026/01:02:03junk", "foo 25th Dec26 Dec 2026 01:02:03"}) {
    CAPTURE(text);
    CHECK(read_cookie_date(text) == christmas);
  }
  CHECK(read_cookie_date("1 Jan 70 0:0:0") == sys_seconds{});
  CHECK(read_cookie_date("1 Jan 69 0:0:0") ==
        sys_seconds(std::chrono::sys_days{std::chrono::year{2069} / 1 / 1}));
  for (const std::string text :
       {"", "GMT", "25 Dec 2026", "Dec 2026 01:02:03", "25 Dec 2026 24:00:00",
        "25 Dec 2026 01:60:00", "25 Dec 2026 01:02:60", "32 Dec 2026 01:02:03",
        "0 Dec 2026 01:02:03", "31 Feb 2026 01:02:03", "29 Feb 2026 01:02:03",
        "25 Dec 1600 01:02:03", "25 Dez 2026 01:02:03", "25 Dec 12026 01:02:03",
        "25 Dec 2026 01:02", "25 Dec 2026 001:02:03", "025 Dec 2026 01:02:03"}) {
    CAPTURE(text);
    CHECK_FALSE(read_cookie_date(text).has_value());
  }
}
