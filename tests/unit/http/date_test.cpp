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
