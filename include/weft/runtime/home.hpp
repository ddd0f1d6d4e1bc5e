#pragma once

#include <cstdint>

namespace weft {

/// The number of the worker that alone runs the calling task, under the models where there is one
/// (`sharded`, `threads`); 0 under the others, and outside of tasks.
///
/// For what is best used where it was made: a socket waits in the driver of its first user's home.
std::uint32_t current_home() noexcept;

}  // namespace weft
