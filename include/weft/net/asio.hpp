#pragma once

// The one public door to Asio: await any Asio operation in a task, run any task from Asio code.
// Files that do not include it compile without Asio.

#include <weft/net/asio_operation.hpp>
#include <weft/net/asio_run.hpp>
