#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace weft::http {

/// The text of a Date header, made anew only when the second has changed.
///
/// @source RFC 9110 5.6.7 (IMF-fixdate): "Sun, 06 Nov 1994 08:49:37 GMT"
class date_cache {
public:
  /// @return 29 characters, valid until the next call
  std::string_view at(std::chrono::sys_seconds now);

private:
  std::array<char, 29> text_{};
  std::chrono::sys_seconds made_for_ = std::chrono::sys_seconds::min();
};

/// The date of this moment, from a cache of the calling thread.
///
/// Cost: one read of the kernel's coarse clock. @return valid until this thread's next call
std::string_view current_date();

/// This second by the wall clock, which current_date() tells.
std::chrono::sys_seconds current_time() noexcept;

/// The text of a date field: "Sun, 06 Nov 1994 08:49:37 GMT".
/// @param when  in the years 0 to 9999
std::string date_text(std::chrono::sys_seconds when);

/// Reads a date field, in the form that is sent today and in both that are obsolete.
///
/// Case counts, the day of the week has to be that of the date, and a leap second is the second
/// after it.
/// @param now  an obsolete year of two digits is at most 50 years later
/// @return nullopt where the text is no date
/// @source RFC 9110 5.6.7
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text,
                                                   std::chrono::sys_seconds now = current_time());

}  // namespace weft::http
