#pragma once

#include <array>
#include <chrono>
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

}  // namespace weft::http
