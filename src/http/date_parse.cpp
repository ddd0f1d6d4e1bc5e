#include <weft/http/date.hpp>

#include <array>

// The three forms of RFC 9110 5.6.7. Each is read from left to right; a piece that is not there
// leaves the reader failed, so that only the end is asked for it.

namespace weft::http {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> day_names = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::size_t short_name = 3;

class date_reader {
public:
  explicit date_reader(std::string_view text) noexcept : text_(text) {}

  bool ended() const noexcept { return ok_ && text_.empty(); }

  void literal(std::string_view expected) noexcept {
    ok_ = ok_ && text_.starts_with(expected);
    if (ok_) text_.remove_prefix(expected.size());
  }

  unsigned number(std::size_t digits) noexcept {
    unsigned value = 0;
    ok_ = ok_ && text_.size() >= digits;
    for (std::size_t i = 0; ok_ && i < digits; ++i) {
      ok_ = text_[i] >= '0' && text_[i] <= '9';
      value = value * 10 + static_cast<unsigned>(text_[i] - '0');
    }
    if (ok_) text_.remove_prefix(digits);
    return value;
  }

  /// A day of two digits, or a blank and one digit.
  unsigned padded_day() noexcept {
    if (!text_.starts_with(' ')) return number(2);
    literal(" ");
    return number(1);
  }

  /// @return the place of the name that the text begins with
  template <std::size_t Size>
  unsigned name(const std::array<std::string_view, Size>& names, std::size_t length) noexcept {
    for (unsigned i = 0; ok_ && i < Size; ++i) {
      const auto candidate = names[i].substr(0, length);
      if (!text_.starts_with(candidate)) continue;
      text_.remove_prefix(candidate.size());
      return i;
    }
    ok_ = false;
    return 0;
  }

  seconds time_of_day() noexcept {
    const unsigned hour = number(2);
    literal(":");
    const unsigned minute = number(2);
    literal(":");
    const unsigned second = number(2);
    ok_ = ok_ && hour < 24 && minute < 60 && second <= 60;
    return hours(hour) + minutes(minute) + seconds(second);
  }

private:
  std::string_view text_;
  bool ok_ = true;
};

struct date_parts {
  unsigned weekday = 0;
  unsigned day = 0;
  unsigned month = 0;  // from 0
  unsigned year = 0;
  seconds time{};
};

std::optional<sys_seconds> moment_of(const date_parts& parts) noexcept {
  const year_month_day date(year(static_cast<int>(parts.year)), month(parts.month + 1),
                            day(parts.day));
  if (!date.ok() || weekday(sys_days(date)).c_encoding() != parts.weekday) return std::nullopt;
  return sys_days(date) + parts.time;
}

std::optional<sys_seconds> parse_fixdate(std::string_view text) noexcept {
  date_reader from(text);
  date_parts parts;
  parts.weekday = from.name(day_names, short_name);
  from.literal(", ");
  parts.day = from.number(2);
  from.literal(" ");
  parts.month = from.name(month_names, short_name);
  from.literal(" ");
  parts.year = from.number(4);
  from.literal(" ");
  parts.time = from.time_of_day();
  from.literal(" GMT");
  return from.ended() ? moment_of(parts) : std::nullopt;
}

std::optional<sys_seconds> parse_asctime(std::string_view text) noexcept {
  date_reader from(text);
  date_parts parts;
  parts.weekday = from.name(day_names, short_name);
  from.literal(" ");
  parts.month = from.name(month_names, short_name);
  from.literal(" ");
  parts.day = from.padded_day();
  from.literal(" ");
  parts.time = from.time_of_day();
  from.literal(" ");
  parts.year = from.number(4);
  return from.ended() ? moment_of(parts) : std::nullopt;
}

std::optional<sys_seconds> parse_rfc850(std::string_view text, sys_seconds now) noexcept {
  constexpr unsigned farthest = 50;
  date_reader from(text);
  date_parts parts;
  parts.weekday = from.name(day_names, std::string_view::npos);
  from.literal(", ");
  parts.day = from.number(2);
  from.literal("-");
  parts.month = from.name(month_names, short_name);
  from.literal("-");
  const unsigned short_year = from.number(2);
  from.literal(" ");
  parts.time = from.time_of_day();
  from.literal(" GMT");
  if (!from.ended()) return std::nullopt;
  const year_month_day today(floor<days>(now));
  const auto this_year = static_cast<unsigned>(static_cast<int>(today.year()));
  parts.year = this_year - this_year % 100 + 100 + short_year;
  while (parts.year > this_year + farthest) parts.year -= 100;
  return moment_of(parts);
}

}  // namespace

std::optional<sys_seconds> parse_date(std::string_view text, sys_seconds now) {
  if (const auto date = parse_fixdate(text)) return date;
  if (const auto date = parse_asctime(text)) return date;
  return parse_rfc850(text, now);
}

}  // namespace weft::http
