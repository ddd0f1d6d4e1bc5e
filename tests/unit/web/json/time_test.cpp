#include "reading.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/web/json/write.hpp>
#include <weft/web/text_value.hpp>

#include <chrono>
#include <limits>

namespace {

using namespace std::chrono;
using sys_milliseconds = sys_time<milliseconds>;
using sys_nanoseconds = sys_time<nanoseconds>;

std::string written(const auto& value) {
  weft::byte_buffer out;
  weft::write_json(out, value);
  return std::string(out.view());
}

template <class T>
std::string rewritten(std::string_view text) {
  return written(read<T>('"' + std::string(text) + '"'));
}

template <class T>
std::string issue_with(std::string_view text) {
  return issue_of<T>('"' + std::string(text) + '"');
}

TEST_CASE("a point in time is read in any offset and written in UTC") {
  struct row {
    std::string_view text, utc;
  };
  for (const auto& [text, utc] : {
           row{"2026-11-27T15:40:00Z", "2026-11-27T15:40:00Z"},
           row{"2026-11-27T15:40:00+01:00", "2026-11-27T14:40:00Z"},
           row{"2026-11-27T00:30:00+05:45", "2026-11-26T18:45:00Z"},
           row{"2026-12-31T23:59:59-23:59", "2027-01-01T23:58:59Z"},
           row{"2026-11-27T15:40:00-00:00", "2026-11-27T15:40:00Z"},
           row{"2026-11-27T15:40:00.000Z", "2026-11-27T15:40:00Z"},
           row{"2026-11-27T15:40:00.0000000000000Z", "2026-11-27T15:40:00Z"},
           row{"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
           row{"0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"},
           row{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
           row{"2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"},
       }) {
    INFO(text);
    CHECK(rewritten<sys_seconds>(text) == '"' + std::string(utc) + '"');
  }
  CHECK(read<sys_seconds>(R"("1970-01-01T00:00:01Z")").time_since_epoch().count() == 1);
  CHECK(read<sys_seconds>(R"("2026-11-27T15:4\u0030:00Z")") ==
        sys_days(2026y / November / 27) + 15h + 40min);
}

TEST_CASE("what is no RFC 3339 is refused") {
  for (const auto bad : {"",
                         "2026",
                         "2026-11-27",
                         "2026-11-27T15:40:00",
                         "2026-11-27 15:40:00Z",
                         "2026-11-27t15:40:00Z",
                         "2026-11-27T15:40:00z",
                         "2026-11-27T15:40Z",
                         "2026-11-27T24:00:00Z",
                         "2026-11-27T15:60:00Z",
                         "2026-12-31T23:59:60Z",
                         "2026-11-27T15:40:61Z",
                         "2026-02-29T00:00:00Z",
                         "1900-02-29T00:00:00Z",
                         "2026-00-10T00:00:00Z",
                         "2026-13-10T00:00:00Z",
                         "2026-04-31T00:00:00Z",
                         "2026-11-27T15:40:00+24:00",
                         "2026-11-27T15:40:00+01:60",
                         "2026-11-27T15:40:00+0100",
                         "2026-11-27T15:40:00+01",
                         "2026-11-27T15:40:00.Z",
                         "2026-11-27T15:40:00,5Z",
                         "2026-11-27T15:40:00.1",
                         "2026-11-27T15:40:00Z ",
                         " 2026-11-27T15:40:00Z",
                         "+2026-11-27T15:40:00Z",
                         "12026-11-27T15:40:00Z",
                         "-0001-01-01T00:00:00Z",
                         "026-11-27T15:40:00Z",
                         "2026-11-27T15:40:00ZZ",
                         "0000-01-01T00:00:00+00:01",
                         "9999-12-31T23:59:59-00:01",
                         "2026-11-27T15:40:00.0000000001Z",
                         "20\u00B26-11-27T15:40:00Z"}) {
    INFO(bad);
    CHECK(issue_with<sys_seconds>(bad) == ": must be a date and time like 2026-11-27T15:40:00Z");
  }
  CHECK(issue_of<sys_seconds>("1790000000") ==
        ": must be a date and time like 2026-11-27T15:40:00Z");
}

TEST_CASE("a fraction is as fine as the type, and never cut") {
  CHECK(rewritten<sys_milliseconds>("2026-11-27T15:40:00.5Z") == R"("2026-11-27T15:40:00.500Z")");
  CHECK(rewritten<sys_milliseconds>("1969-12-31T23:59:59.999Z") == R"("1969-12-31T23:59:59.999Z")");
  CHECK(rewritten<sys_nanoseconds>("2026-11-27T15:40:00.123456789Z") ==
        R"("2026-11-27T15:40:00.123456789Z")");
  CHECK(rewritten<sys_time<duration<long, std::ratio<1, 8>>>>("2026-11-27T15:40:00.125Z") ==
        R"("2026-11-27T15:40:00.125Z")");
  CHECK(rewritten<sys_days>("2026-11-27T00:00:00Z") == R"("2026-11-27T00:00:00Z")");
  CHECK(rewritten<sys_time<minutes>>("1969-12-31T23:59:00Z") == R"("1969-12-31T23:59:00Z")");
  CHECK(issue_with<sys_milliseconds>("2026-11-27T15:40:00.0005Z") ==
        ": must not be finer than a millisecond");
  CHECK(issue_with<sys_seconds>("2026-11-27T15:40:00.5Z") == ": must not be finer than a second");
  CHECK(issue_with<sys_days>("2026-11-27T00:00:00+01:00") == ": must not be finer than a day");
  CHECK(issue_with<sys_time<minutes>>("1969-12-31T23:59:01Z") ==
        ": must not be finer than a minute");
}

TEST_CASE("what the type cannot hold is refused, what has no four-digit year is null") {
  CHECK(issue_with<sys_nanoseconds>("2300-01-01T00:00:00Z") == ": is beyond the range of its type");
  CHECK(issue_with<sys_nanoseconds>("1600-01-01T00:00:00Z") == ": is beyond the range of its type");
  CHECK(issue_with<sys_time<duration<std::int32_t>>>("2038-01-19T03:14:08Z") ==
        ": is beyond the range of its type");
  CHECK(rewritten<sys_time<duration<std::int32_t>>>("2038-01-19T03:14:07Z") ==
        R"("2038-01-19T03:14:07Z")");
  CHECK(written(sys_seconds::max()) == "null");
  CHECK(written(sys_seconds::min()) == "null");
  CHECK(written(sys_nanoseconds::min()) == R"("1677-09-21T00:12:43.145224192Z")");
  CHECK(written(sys_nanoseconds::max()) == R"("2262-04-11T23:47:16.854775807Z")");
  CHECK(written(sys_days::max()) == "null");
  CHECK(written(sys_days::min()) == "null");
  CHECK(written(sys_time<hours>::min()) == "null");
}

TEST_CASE("a date is a day that exists") {
  CHECK(rewritten<year_month_day>("2024-02-29") == R"("2024-02-29")");
  CHECK(rewritten<year_month_day>("0000-01-01") == R"("0000-01-01")");
  for (const auto bad : {"", "2023-02-29", "2024-2-29", "2024-02-30", "2024-02-29Z", "24-02-29",
                         "2024/02/29", "2024-02-29T00:00:00Z", "20240229", "-2024-02-29"}) {
    INFO(bad);
    CHECK(issue_with<year_month_day>(bad) == ": must be a date like 2026-11-27");
  }
  CHECK(written(2023y / February / 29) == "null");
  CHECK(written(10000y / January / 1) == "null");
  CHECK(written(year(-1) / January / 1) == "null");
}

TEST_CASE("times and dates are read from texts too") {
  sys_seconds time;
  CHECK(weft::text_value<sys_seconds>::read("2026-11-27T15:40:00+00:00", time).empty());
  CHECK(time == sys_days(2026y / November / 27) + 15h + 40min);
  year_month_day date;
  CHECK(weft::text_value<year_month_day>::read("2026-11-27", date).empty());
  CHECK(date == 2026y / November / 27);
  CHECK(weft::text_value<year_month_day>::read("x", date) == "must be a date like 2026-11-27");
}

}  // namespace
