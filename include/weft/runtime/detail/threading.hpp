#pragma once

// What the runtime's threads share and wait in has these names. A build that explores interleavings
// names a header of its own, whose types hand control to the explorer at each of their operations.
#if defined(WEFT_THREADING_HEADER)
#include WEFT_THREADING_HEADER
#else

#include <weft/base/clock.hpp>

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

/// Tells the processor that this is a spin.
inline void relax_cpu() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// The clock that real time is read from.
inline time_point os_now() noexcept { return steady_clock::now(); }

/// Waits without letting go of the processor.
inline void spin_for(duration time) noexcept {
  for (const time_point end = os_now() + time; os_now() < end;) relax_cpu();
}

}  // namespace weft::detail

#endif
