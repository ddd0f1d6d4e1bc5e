#pragma once

#include <weft/http/request.hpp>

#include <string>
#include <string_view>

namespace weft::detail {

/// All fields of that name as one list. @return empty where there is none, or none says anything
std::string joined_fields(const request& req, std::string_view name);

/// The elements of Accept and its like, with what the client thinks of each: "text/html;q=0.9".
///
/// An element that is malformed is passed over: one bad word is no reason to have no answer.
/// @source RFC 9110 12.4.2
class weighted_list {
public:
  explicit weighted_list(std::string_view text) noexcept : rest_(text) {}

  /// @return false behind the last
  bool next();
  /// "text/html".
  std::string_view value() const noexcept { return value_; }
  /// What stands between the value and its weight: ";level=1", with the semicolon.
  std::string_view parameters() const noexcept { return parameters_; }
  /// 0 (not wanted) to 1000.
  unsigned weight() const noexcept { return weight_; }

private:
  bool read(std::string_view element);

  std::string_view rest_;
  std::string_view value_;
  std::string_view parameters_;
  unsigned weight_ = 0;
};

/// Cuts the text at the first `mark` that stands in no quoted string, and takes it away.
/// @return what stood in front of it; all where there is no mark
std::string_view take_until(std::string_view& text, char mark) noexcept;

}  // namespace weft::detail
