#pragma once

#include <chrono>
#include <cstdlib>

namespace weft::test {

/// How long a test waits for what must come. Long enough for a sanitizer on a busy machine; where a
/// mechanism is known to be missing, WEFT_PATIENCE_MS says how long the wait for nothing lasts.
inline std::chrono::milliseconds patience() {
  if (const char* chosen = std::getenv("WEFT_PATIENCE_MS"))
    return std::chrono::milliseconds(std::strtol(chosen, nullptr, 10));
  return std::chrono::seconds(20);
}

/// How many times more a test draws at random than it does usually: WEFT_PROMISES_SCALE.
inline int scale() {
  const char* chosen = std::getenv("WEFT_PROMISES_SCALE");
  return chosen != nullptr ? std::atoi(chosen) : 1;
}

}  // namespace weft::test
