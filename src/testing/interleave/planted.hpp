#pragma once

#include <cstdint>
#include <string_view>

namespace weft::testing {

/// FNV-1a.
constexpr std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

/// Of the name in WEFT_PLANTED; 0 where there is none.
extern const std::uint64_t planted_bug;

/// Whether the program runs with this bug. Stands in the copies of the sources that
/// tests/interleave/plant.py writes, in no source.
inline bool is_planted(std::uint64_t hash) noexcept { return planted_bug == hash; }

}  // namespace weft::testing
