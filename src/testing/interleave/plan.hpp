#pragma once

#include <cstdint>
#include <string>

namespace weft::testing {

inline constexpr int failed_exit_code = 3;

/// What explore() is at, for reports.
struct plan {
  const char* check = "";
  unsigned ordinal = 0;  // of the call of explore() in this process
  std::string phase;
  std::uint64_t schedules = 0;

  std::string describe() const;
  /// What WEFT_INTERLEAVE_REPLAY takes: "ordinal;choices".
  std::string to_replay(const std::string& schedule) const;
};

plan& current_plan() noexcept;

}  // namespace weft::testing
