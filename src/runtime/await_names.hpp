#pragma once

#include <weft/runtime/task_dump.hpp>

#include <source_location>

namespace weft::detail {

/// A place for people: g++ names a coroutine's body after its frame, this names the coroutine.
await_place to_place(const std::source_location& at);

}  // namespace weft::detail
