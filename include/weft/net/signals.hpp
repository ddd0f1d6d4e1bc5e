#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/task.hpp>

namespace weft {

/// Waits until the process is asked to stop, by SIGINT or SIGTERM.
/// Cancel  nothing is lost
/// @return the signal's number  @errors condition::canceled
task<result<int>> stop_signal();

}  // namespace weft
