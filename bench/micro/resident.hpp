#pragma once

#include <cstdint>

namespace micro {

/// Memory of this process that is in RAM now, in bytes.
std::uint64_t resident_bytes();
/// The most that has been since the process began.
std::uint64_t peak_resident_bytes();

/// What has come since there were `before`, shared among the tasks; 0 where it has become less.
double resident_bytes_per_task(std::uint64_t before, std::uint64_t tasks);

}  // namespace micro
