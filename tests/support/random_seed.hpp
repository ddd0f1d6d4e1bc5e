#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

namespace weft::test {

/// The seed of a test's random choices: WEFT_TEST_SEED, else a new one in each run. A test shows it
/// with CAPTURE, so that a failure can be repeated.
inline std::uint64_t random_seed() {
  if (const char* fixed = std::getenv("WEFT_TEST_SEED")) return std::strtoull(fixed, nullptr, 10);
  std::random_device device;
  return device();
}

}  // namespace weft::test
