#include "date_time.hpp"

namespace weft::detail {
namespace {

namespace chrono = std::chrono;

constexpr std::int64_t a_day = 86'400;

/// Takes so many digits off the text. @return -1 where they are not there
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<chrono::year_month_day> take_date(std::string_view& text) {
  const int year = take_digits(text, 4);
  if (year < 0 || !take(text, '-')) return std::nullopt;
  const int month = take_digits(text, 2);
  if (month < 0 || !take(text, '-')) return std::nullopt;
  const int day = take_digits(text, 2);
  if (day < 0) return std::nullopt;
  const chrono::year_month_day date{chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return date;
}

/// Seconds of "hh:mm". @return -1 for another text
int take_minutes(std::string_view& text) {
  const int hour = take_digits(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return -1;
  const int minute = take_digits(text, 2);
  return minute < 0 || minute > 59 ? -1 : hour * 3600 + minute * 60;
}

/// Nanoseconds of ".123", 0 where there is no fraction, -1 where it is wrong or finer.
int take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  int value = 0;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; ++digits) {
    if (digits < 9) value = value * 10 + (text.front() - '0');
    else if (text.front() != '0') return -1;
    text.remove_prefix(1);
  }
  if (digits == 0) return -1;
  for (; digits < 9; ++digits) value *= 10;
  return value;
}

/// Seconds that the text is ahead of UTC.
std::optional<int> take_offset(std::string_view& text) {
  if (take(text, 'Z')) return 0;
  const bool is_behind = text.starts_with('-');
  if (!take(text, '-') && !take(text, '+')) return std::nullopt;
  const int offset = take_minutes(text);
  if (offset < 0) return std::nullopt;
  return is_behind ? -offset : offset;
}

std::int64_t days_of(chrono::year_month_day date) {
  return chrono::sys_days(date).time_since_epoch().count();
}

bool has_four_digits(chrono::year year) {
  return year >= chrono::year(0) && year <= chrono::year(9999);
}

char* put(char* to, unsigned value, unsigned digits) {
  for (unsigned n = digits; n-- != 0; value /= 10) to[n] = static_cast<char>('0' + value % 10);
  return to + digits;
}

char* put_date(char* to, chrono::year_month_day date) {
  to = put(to, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  *to++ = '-';
  to = put(to, static_cast<unsigned>(date.month()), 2);
  *to++ = '-';
  return put(to, static_cast<unsigned>(date.day()), 2);
}

constexpr std::int64_t seconds_before(int year) {
  const chrono::sys_days first = chrono::year(year) / chrono::January / 1;
  return first.time_since_epoch().count() * a_day;
}

bool is_in_range(std::int64_t seconds) {
  return seconds >= seconds_before(0) && seconds < seconds_before(10'000);
}

}  // namespace

std::optional<json_instant> read_date_time(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take(text, 'T')) return std::nullopt;
  const int minutes = take_minutes(text);
  if (minutes < 0 || !take(text, ':')) return std::nullopt;
  const int second = take_digits(text, 2);
  if (second < 0 || second > 59) return std::nullopt;
  const int fraction = take_fraction(text);
  if (fraction < 0) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const std::int64_t seconds = days_of(*date) * a_day + minutes + second - *offset;
  if (!is_in_range(seconds)) return std::nullopt;
  return json_instant{seconds, fraction};
}

std::optional<chrono::year_month_day> read_date(std::string_view text) {
  const auto date = take_date(text);
  return text.empty() ? date : std::nullopt;
}

std::size_t write_date_time(char* to, json_instant instant, unsigned digits) {
  if (!is_in_range(instant.seconds)) return 0;
  const std::int64_t second = (instant.seconds % a_day + a_day) % a_day;
  const chrono::sys_days day{chrono::days((instant.seconds - second) / a_day)};
  const auto of_day = static_cast<unsigned>(second);
  char* at = put_date(to, chrono::year_month_day(day));
  *at++ = 'T';
  at = put(at, of_day / 3600, 2);
  *at++ = ':';
  at = put(at, of_day / 60 % 60, 2);
  *at++ = ':';
  at = put(at, of_day % 60, 2);
  if (digits != 0) {
    *at++ = '.';
    char all[9];
    put(all, static_cast<unsigned>(instant.nanoseconds), 9);
    for (unsigned n = 0; n != digits; ++n) *at++ = all[n];
  }
  *at++ = 'Z';
  return static_cast<std::size_t>(at - to);
}

std::size_t write_date(char* to, chrono::year_month_day date) {
  if (!date.ok() || !has_four_digits(date.year())) return 0;
  return static_cast<std::size_t>(put_date(to, date) - to);
}

}  // namespace weft::detail
