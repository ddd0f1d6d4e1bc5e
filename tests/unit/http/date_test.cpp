#include <weft/http/date.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace weft;
using namespace std::chrono;

namespace {

std::string date_at(sys_seconds time) { return std::string{http::date_cache{}.at(time)}; }

}  // namespace

TEST_CASE("a date is written as IMF-fixdate") {
  // RFC 9110 5.6.7
  CHECK(date_at(sys_days{1994y / 11 / 6} + 8h + 49min + 37s) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(date_at(sys_seconds{}) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(date_at(sys_days{2000y / 2 / 29} + 23h + 59min + 59s) == "Tue, 29 Feb 2000 23:59:59 GMT");
  CHECK(date_at(sys_days{2038y / 1 / 19} + 3h + 14min + 8s) == "Tue, 19 Jan 2038 03:14:08 GMT");
  CHECK(date_at(sys_days{2026y / 12 / 31}) == "Thu, 31 Dec 2026 00:00:00 GMT");
}

TEST_CASE("every day and month has its name") {
  const char* const expected[] = {
      "Wed, 15 Jan 2025", "Sat, 15 Feb 2025", "Sat, 15 Mar 2025", "Tue, 15 Apr 2025",
      "Thu, 15 May 2025", "Sun, 15 Jun 2025", "Tue, 15 Jul 2025", "Fri, 15 Aug 2025",
      "Mon, 15 Sep 2025", "Wed, 15 Oct 2025", "Sat, 15 Nov 2025", "Mon, 15 Dec 2025",
  };
  for (unsigned m = 1; m <= 12; ++m)
    CHECK(date_at(sys_days{2025y / month{m} / 15}) ==
          std::string{expected[m - 1]} + " 00:00:00 GMT");
}

TEST_CASE("a date is made anew when the second changes, forwards or backwards") {
  http::date_cache cache;
  const sys_seconds noon = sys_days{2026y / 5 / 4} + 12h;
  CHECK(cache.at(noon) == "Mon, 04 May 2026 12:00:00 GMT");
  CHECK(cache.at(noon) == "Mon, 04 May 2026 12:00:00 GMT");
  CHECK(cache.at(noon + 1s) == "Mon, 04 May 2026 12:00:01 GMT");
  CHECK(cache.at(noon - 12h - 1s) == "Sun, 03 May 2026 23:59:59 GMT");
}

TEST_CASE("the current date is the wall clock's") {
  const auto before = floor<seconds>(system_clock::now()) - 1s;  // the coarse clock may lag
  const std::string now{http::current_date()};
  const auto after = floor<seconds>(system_clock::now());
  bool found = false;
  for (auto time = before; time <= after; time += 1s) found = found || date_at(time) == now;
  CHECK(found);
}

TEST_CASE("a date is read in the form of today and in both that are obsolete") {
  // RFC 9110 5.6.7
  const sys_seconds expected = sys_days{1994y / 11 / 6} + 8h + 49min + 37s;
  const sys_seconds now = sys_days{2026y / 1 / 1};
  CHECK(http::parse_date("Sun, 06 Nov 1994 08:49:37 GMT") == expected);
  CHECK(http::parse_date("Sunday, 06-Nov-94 08:49:37 GMT", now) == expected);
  CHECK(http::parse_date("Sun Nov  6 08:49:37 1994") == expected);
  CHECK(http::parse_date("Wed Nov 16 08:49:37 1994") == expected + days(10));
  CHECK(http::parse_date("Sat, 31 Dec 2016 23:59:60 GMT") == sys_days{2017y / 1 / 1});
  CHECK(http::parse_date("Thu, 29 Feb 2024 00:00:00 GMT") == sys_days{2024y / 2 / 29});
}

TEST_CASE("a year of two digits is at most fifty years ahead") {
  const sys_seconds now = sys_days{2026y / 6 / 1};
  CHECK(http::parse_date("Wednesday, 01-Jan-76 00:00:00 GMT", now) == sys_days{2076y / 1 / 1});
  CHECK(http::parse_date("Saturday, 01-Jan-77 00:00:00 GMT", now) == sys_days{1977y / 1 / 1});
  CHECK(http::parse_date("Saturday, 01-Jan-00 00:00:00 GMT", now) == sys_days{2000y / 1 / 1});
  CHECK(http::parse_date("Friday, 01-Jan-99 00:00:00 GMT", now) == sys_days{1999y / 1 / 1});
}

TEST_CASE("what is written is read back") {
  for (int year = 1970; year < 2200; year += 7) {
    for (unsigned m = 1; m <= 12; ++m) {
      const sys_seconds when =
          sys_days{std::chrono::year(year) / month(m) / 28} + 23h + minutes(m) + seconds(year % 60);
      CHECK(http::parse_date(http::date_text(when)) == when);
    }
  }
}

TEST_CASE("what is no date is none") {
  for (const std::string text : {
           "",
           "0",
           "now",
           "Sun, 06 Nov 1994 08:49:37",
           "Sun, 06 Nov 1994 08:49:37 UTC",
           "Sun, 06 Nov 1994 08:49:37 GMT ",
           " Sun, 06 Nov 1994 08:49:37 GMT",
           "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
           "Mon, 06 Nov 1994 08:49:37 GMT",  // another day of the week
           "sun, 06 nov 1994 08:49:37 gmt",
           "Sun,06 Nov 1994 08:49:37 GMT",
           "Sun, 6 Nov 1994 08:49:37 GMT",
           "Sun, 06 Nov 94 08:49:37 GMT",
           "Sun, 06 Nov 01994 08:49:37 GMT",
           "Sun, 00 Nov 1994 08:49:37 GMT",
           "Wed, 31 Nov 1994 08:49:37 GMT",
           "Wed, 29 Feb 2023 00:00:00 GMT",
           "Sun, 06 Foo 1994 08:49:37 GMT",
           "Sun, 06 Nov 1994 24:00:00 GMT",
           "Sun, 06 Nov 1994 08:60:37 GMT",
           "Sun, 06 Nov 1994 08:49:61 GMT",
           "Sun, 06 Nov 1994 08:49:-1 GMT",
           "Sun, 06 Nov 1994 8:49:37 GMT",
           "Sun, 06-Nov-94 08:49:37 GMT",
           "Sunday, 06-Nov-1994 08:49:37 GMT",
           "Sun Nov 6 08:49:37 1994",
           "Sun Nov  6 08:49:37 1994 GMT",
           "1994-11-06T08:49:37Z",
           "784111777",
       }) {
    INFO(text);
    CHECK_FALSE(http::parse_date(text, sys_days{2026y / 1 / 1}).has_value());
  }
}
