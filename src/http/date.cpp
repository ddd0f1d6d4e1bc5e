#include <weft/http/date.hpp>

#include <cstring>
#include <ctime>

namespace weft::http {

namespace {

using namespace std::chrono;

void put_two_digits(char* to, unsigned value) noexcept {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
}

void put_name(char* to, const char* names, unsigned index) noexcept {
  std::memcpy(to, names + 3 * index, 3);
}

void put_date(char* text, year_month_day day) noexcept {
  put_name(text, "SunMonTueWedThuFriSat", weekday{sys_days{day}}.c_encoding());
  put_two_digits(text + 5, static_cast<unsigned>(day.day()));
  put_name(text + 8, "JanFebMarAprMayJunJulAugSepOctNovDec",
           static_cast<unsigned>(day.month()) - 1);
  const auto year = static_cast<unsigned>(static_cast<int>(day.year()));
  put_two_digits(text + 12, year / 100);
  put_two_digits(text + 14, year % 100);
}

void put_time(char* text, seconds since_midnight) noexcept {
  const hh_mm_ss clock{since_midnight};
  put_two_digits(text + 17, static_cast<unsigned>(clock.hours().count()));
  put_two_digits(text + 20, static_cast<unsigned>(clock.minutes().count()));
  put_two_digits(text + 23, static_cast<unsigned>(clock.seconds().count()));
}

}  // namespace

sys_seconds current_time() noexcept {
#if defined(CLOCK_REALTIME_COARSE)
  // A few nanoseconds instead of twenty; a Date that lags by one kernel tick is no worse.
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return sys_seconds{seconds{now.tv_sec}};
#else
  return floor<seconds>(system_clock::now());
#endif
}

std::string_view date_cache::at(sys_seconds now) {
  if (now != made_for_) {
    const auto day = floor<days>(now);
    std::memcpy(text_.data(), "Sun, 01 Jan 1970 00:00:00 GMT", text_.size());
    put_date(text_.data(), year_month_day{day});
    put_time(text_.data(), now - day);
    made_for_ = now;
  }
  return {text_.data(), text_.size()};
}

std::string date_text(sys_seconds when) {
  date_cache text;
  return std::string(text.at(when));
}

std::string_view current_date() {
  thread_local date_cache cache;
  return cache.at(current_time());
}

}  // namespace weft::http
