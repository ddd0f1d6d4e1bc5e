#include "cookie_date.hpp"

#include "ascii.hpp"

#include <array>
#include <cstddef>

namespace weft::testing {
namespace {

bool is_delimiter(char c) noexcept {
  const auto b = static_cast<unsigned char>(c);
  return b == 0x09 || (b >= 0x20 && b <= 0x2f) || (b >= 0x3b && b <= 0x40) ||
         (b >= 0x5b && b <= 0x60) || (b >= 0x7b && b <= 0x7e);
}

/// Takes a number of `least` to `most` digits off the front; more digits are no such number.
std::optional<int> take_number(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t digits = 0;
  int value = 0;
  while (digits < text.size() && digits <= most && is_digit(text[digits])) {
    value = value * 10 + (text[digits++] - '0');
  }
  if (digits < least || digits > most) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

/// What follows a number in its token has to begin with no digit.
std::optional<int> number_token(std::string_view token, std::size_t least, std::size_t most) {
  return take_number(token, least, most);
}

std::optional<std::chrono::seconds> time_token(std::string_view token) {
  std::array<int, 3> parts{};
  for (std::size_t n = 0; n < parts.size(); ++n) {
    if (n != 0) {
      if (!token.starts_with(':')) return std::nullopt;
      token.remove_prefix(1);
    }
    const auto part = take_number(token, 1, 2);
    if (!part) return std::nullopt;
    parts[n] = *part;
  }
  const auto [hour, minute, second] = parts;
  if (hour > 23 || minute > 59 || second > 59) return std::chrono::seconds{-1};
  return std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
}

std::optional<unsigned> month_token(std::string_view token) {
  constexpr std::string_view names = "janfebmaraprmayjunjulaugsepoctnovdec";
  for (unsigned n = 0; n < 12; ++n) {
    if (token.size() >= 3 && starts_any_case(token, names.substr(n * 3, 3))) return n + 1;
  }
  return std::nullopt;
}

struct found_parts {
  std::optional<std::chrono::seconds> time;
  std::optional<int> day;
  std::optional<unsigned> month;
  std::optional<int> year;

  /// A token is the first of these that is still missing and that it can be.
  void take(std::string_view token) {
    if (!time && (time = time_token(token))) return;
    if (!day && (day = number_token(token, 1, 2))) return;
    if (!month && (month = month_token(token))) return;
    if (!year) year = number_token(token, 2, 4);
  }
};

}  // namespace

std::optional<std::chrono::sys_seconds> read_cookie_date(std::string_view text) {
  found_parts found;
  while (!text.empty()) {
    std::size_t size = 0;
    while (size < text.size() && !is_delimiter(text[size])) ++size;
    if (size != 0) found.take(text.substr(0, size));
    text.remove_prefix(size == text.size() ? size : size + 1);
  }
  if (!found.time || !found.day || !found.month || !found.year) return std::nullopt;
  int year = *found.year;
  if (year >= 70 && year <= 99) year += 1900;
  if (year >= 0 && year <= 69) year += 2000;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(*found.month),
                                         std::chrono::day(static_cast<unsigned>(*found.day))};
  if (year < 1601 || !date.ok() || found.time->count() < 0) return std::nullopt;
  return std::chrono::sys_days(date) + *found.time;
}

}  // namespace weft::testing
