#include "trace_clock.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace weft::detail {
namespace {

#if defined(__x86_64__)

// Intel SDM volume 3, 17.17.1: the counter runs at one rate in all power states.
bool has_invariant_counter() noexcept {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid(0x80000007U, &eax, &ebx, &ecx, &edx) != 0 && (edx >> 8 & 1) != 0;
}

#endif

struct pair {
  std::uint64_t ticks;
  std::chrono::steady_clock::time_point time;
};

// Both clocks at one moment, as near as can be: the system may stop the thread between two reads.
pair read_both() noexcept {
  constexpr int tries = 4;
  pair best{};
  auto shortest = UINT64_MAX;
  for (int i = 0; i < tries; ++i) {
    const std::uint64_t before = trace_ticks();
    const auto time = std::chrono::steady_clock::now();
    const std::uint64_t after = trace_ticks();
    if (after - before >= shortest) continue;
    shortest = after - before;
    best = {before + shortest / 2, time};
  }
  return best;
}

}  // namespace

#if defined(__x86_64__)
const bool counter_is_invariant = has_invariant_counter();
#endif

trace_clock::trace_clock() noexcept {
  const pair start = read_both();
  ticks_ = start.ticks;
  time_ = start.time;
}

double trace_clock::tick_length() const noexcept {
  const pair now = read_both();
  const auto nanoseconds = static_cast<double>((now.time - time_).count());
  return now.ticks > ticks_ ? nanoseconds / static_cast<double>(now.ticks - ticks_) : 1.0;
}

}  // namespace weft::detail
