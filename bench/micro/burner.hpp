#pragma once

#include <cstdint>

namespace micro {

/// How many steps of chain() take 50 ms of CPU time on this machine. Counted work and no spin on a
/// clock: a burner that is not running gets nothing done.
std::uint64_t steps_of_a_slice();

/// One slice. @return something that depends on every step
std::uint64_t burn(std::uint64_t steps);

}  // namespace micro
