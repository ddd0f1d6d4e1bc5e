#pragma once

// What the runtime's threads share and wait in has these names. A build that explores interleavings
// names a header of its own, whose types hand control to the explorer at each of their operations.
#if defined(WEFT_THREADING_HEADER)
#include WEFT_THREADING_HEADER
#else

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace weft::detail {

template <class T>
using atomic = std::atomic<T>;
using os_mutex = std::mutex;
using os_condition = std::condition_variable;
using os_thread = std::thread;

/// Lets the kernel run another thread.
inline void give_way() noexcept { std::this_thread::yield(); }

}  // namespace weft::detail

#endif
