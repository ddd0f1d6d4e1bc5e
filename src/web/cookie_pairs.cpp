#include "web/cookie_pairs.hpp"

#include "web/ascii.hpp"

#include <weft/web/cookie.hpp>

#include <algorithm>

namespace weft::detail {

bool cookie_pairs::next() noexcept {
  for (;;) {
    if (rest_.empty() && !next_field()) return false;
    const auto end = std::min(rest_.find(';'), rest_.size());
    const auto pair = trim_blanks(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (pair.empty()) continue;
    // What is no cookie counts too: the bound is on the work.
    too_many_ = ++seen_ > max_cookies;
    if (too_many_) return false;
    if (read_pair(pair)) return true;
  }
}

bool cookie_pairs::next_field() noexcept {
  while (!fields_.empty() && rest_.empty()) {
    if (equal_ignoring_case(fields_.front().name, "Cookie")) rest_ = fields_.front().value;
    fields_ = fields_.subspan(1);
  }
  return !rest_.empty();
}

bool cookie_pairs::read_pair(std::string_view pair) noexcept {
  const auto equals = pair.find('=');
  if (equals == std::string_view::npos) return false;
  name_ = pair.substr(0, equals);
  value_ = pair.substr(equals + 1);
  const bool is_quoted = value_.size() >= 2 && value_.front() == '"' && value_.back() == '"';
  if (is_quoted) value_ = value_.substr(1, value_.size() - 2);
  return is_cookie_name(name_) && std::ranges::all_of(value_, is_cookie_octet);
}

}  // namespace weft::detail
