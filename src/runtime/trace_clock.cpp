#include "trace_clock.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
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

const bool counter_is_invariant = has_invariant_counter();

#endif

std::uint64_t steady_ticks() noexcept {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

}  // namespace

std::uint64_t trace_ticks() noexcept {
#if defined(__x86_64__)
  if (counter_is_invariant) {
    unsigned core = 0;
    // Not __rdtsc(), which may run before the loads that came first: then a task could seem to run
    // before it was made ready on another core.
    return __rdtscp(&core);
  }
#endif
  return steady_ticks();
}

double trace_clock::tick_length() const noexcept {
  const std::uint64_t now = trace_ticks();
  const auto nanoseconds = static_cast<double>(elapsed().count());
  return now > ticks_ ? nanoseconds / static_cast<double>(now - ticks_) : 1.0;
}

}  // namespace weft::detail
