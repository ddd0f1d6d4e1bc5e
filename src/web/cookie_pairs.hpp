#pragma once

#include <weft/http/header_field.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace weft::detail {

/// RFC 6265 4.1.1: printable ASCII without blanks, quotes, commas, semicolons and backslashes.
constexpr bool is_cookie_octet(char c) noexcept {
  return c > ' ' && c < '\x7f' && c != '"' && c != ',' && c != ';' && c != '\\';
}

/// Walks over the cookies of a request, in all its Cookie fields, past what is no cookie-pair.
///
/// A semicolon ends a pair wherever it stands, between quotes too: who reads a quoted string across
/// it hands the cookies behind it to whoever could set the one before.
/// @source RFC 6265 4.2.1
class cookie_pairs {
public:
  explicit cookie_pairs(std::span<const header_field> fields) noexcept : fields_(fields) {}

  /// Goes to the next cookie. @return false at the end, and where there are more than max_cookies
  bool next() noexcept;
  bool are_too_many() const noexcept { return too_many_; }

  std::string_view name() const noexcept { return name_; }
  std::string_view value() const noexcept { return value_; }  ///< without quotes around it

private:
  bool next_field() noexcept;
  bool read_pair(std::string_view pair) noexcept;

  std::span<const header_field> fields_;
  std::string_view rest_;  // of the field at hand
  std::string_view name_;
  std::string_view value_;
  std::size_t seen_ = 0;
  bool too_many_ = false;
};

}  // namespace weft::detail
