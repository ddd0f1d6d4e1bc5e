#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::detail {

/// Walks over what an HTML form puts behind the '?': "a=1&b=x+y&c".
///
/// Lenient where browsers are (empty pairs, a name without '=', characters that RFC 3986 wants
/// escaped), strict on escapes and UTF-8.
/// @source WHATWG URL, application/x-www-form-urlencoded parsing
class query_pairs {
public:
  explicit query_pairs(std::string_view query) noexcept : rest_(query) {}

  /// Goes to the next pair. @return false at the end, and at a pair that cannot be decoded
  bool next();
  /// True where next() stopped at an escape that is none, or at bytes that are no UTF-8.
  bool is_malformed() const noexcept { return malformed_; }

  std::string_view name() const noexcept { return name_.view; }
  std::string_view value() const noexcept { return value_.view; }

private:
  /// A view into the query, or into `owner` where something had to be decoded.
  struct text {
    std::string owner;
    std::string_view view;
    bool decode(std::string_view raw);
  };

  std::string_view rest_;
  text name_;
  text value_;
  bool malformed_ = false;
};

}  // namespace weft::detail
