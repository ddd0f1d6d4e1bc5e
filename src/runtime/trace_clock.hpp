#pragma once

#include <chrono>
#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

// Ticks of the cheapest clock that runs evenly and alike on all cores: the time stamp counter where
// the processor promises that, else the steady clock in nanoseconds.
//
// What one thread publishes after it has read the counter carries a time from before: a store is
// not seen by others before what precedes it in its thread is done. But the counter may be read
// ahead of a load that precedes it. So who goes on with what another thread has published must wait
// for its loads: then its time is not before that thread's, and in a trace a task never runs before
// it was made ready.

namespace weft::detail {

#if defined(__x86_64__)

extern const bool counter_is_invariant;

inline std::uint64_t steady_ticks() noexcept {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

/// Of something that this thread did by itself; may be read too early by what the processor has
/// under way.
inline std::uint64_t own_ticks() noexcept {
  return counter_is_invariant ? __rdtsc() : steady_ticks();
}
/// Not before anything that this thread has seen.
inline std::uint64_t trace_ticks() noexcept {
  if (!counter_is_invariant) return steady_ticks();
  _mm_lfence();
  return __rdtsc();
}

#else

inline std::uint64_t trace_ticks() noexcept {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}
inline std::uint64_t own_ticks() noexcept { return trace_ticks(); }

#endif

/// Turns ticks into time. Made at a session's start; each conversion calibrates over all the time
/// since.
class trace_clock {
public:
  trace_clock() noexcept;

  std::uint64_t start() const noexcept { return ticks_; }
  std::chrono::nanoseconds elapsed() const noexcept {
    return std::chrono::steady_clock::now() - time_;
  }
  /// Nanoseconds a tick, measured from the start to now.
  double tick_length() const noexcept;

private:
  std::uint64_t ticks_ = 0;
  std::chrono::steady_clock::time_point time_;
};

}  // namespace weft::detail
