#pragma once

#include <string>
#include <string_view>

namespace weft::detail {

/// Walks over what follows the first word of a field: `form-data; name="a"; filename=b.txt`.
///
/// In quotes a backslash escapes a quote or another backslash and is itself before anything else:
/// some clients escape so, and others send `C:\dir\file`. Without quotes a value ends at the
/// semicolon and has neither blanks nor quotes.
/// @source RFC 9110 5.6.6
class parameters {
public:
  /// @param field  the whole value of the field
  explicit parameters(std::string_view field) noexcept;

  /// Goes to the next one. @return false at the end, and at what is no parameter
  bool next();
  bool is_malformed() const noexcept { return malformed_; }

  std::string_view name() const noexcept { return name_; }
  std::string& value() noexcept { return value_; }  ///< without quotes; may be moved from

private:
  bool read_value();
  bool read_quoted();
  bool read_plain();

  std::string_view rest_;
  std::string_view name_;
  std::string value_;
  bool malformed_ = false;
};

}  // namespace weft::detail
