#pragma once

#include <weft/runtime/task_dump.hpp>

#include <cstdint>

namespace weft::detail {

class scheduler_core;

/// What a dump says of one task. From any thread but a worker's in a lock of the runtime.
/// @return with the number 0 where no live task has that number, or where it is 0
task_state find_task(scheduler_core& core, std::uint32_t number);

}  // namespace weft::detail
