#pragma once

#include <cstdint>

namespace micro {

/// Work that takes the same time in every compiler and language: each step needs the result of the
/// one before, so nothing of it can be vectorised or left out.
constexpr std::uint64_t chain(std::uint64_t value, std::uint64_t steps) {
  for (; steps != 0; --steps) value = value * 6364136223846793005U + 1442695040888963407U;
  return value;
}

}  // namespace micro
