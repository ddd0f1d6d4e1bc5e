#pragma once

#include <fcntl.h>

namespace weft::detail {

/// Keeps a socket out of the programs that this process starts: a child that inherits one would
/// hold a port taken or a peer's connection open. Asio leaves that to its caller.
inline void close_on_exec(int descriptor) noexcept { fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

}  // namespace weft::detail
