#pragma once

#include <chrono>

namespace weft {

/// All deadlines and sleeps are on the steady clock: a jump of the wall clock changes none of them.
/// Tests put a virtual clock in its place through the scheduler (runtime/scheduler.hpp).
using steady_clock = std::chrono::steady_clock;
using time_point = std::chrono::time_point<steady_clock, std::chrono::nanoseconds>;
using duration = std::chrono::nanoseconds;

}  // namespace weft
