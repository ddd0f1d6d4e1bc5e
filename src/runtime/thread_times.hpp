#pragma once

#include <weft/base/clock.hpp>

namespace weft::detail {

/// What the kernel has counted of one thread.
struct thread_times {
  duration on_cpu{};
  duration waited_for_core{};  // ready, while the kernel let others run
};

/// A number for thread_times_of(), of the calling thread; 0 where there is none.
int this_thread_number() noexcept;
/// All zero where the kernel does not say, or the thread has ended.
thread_times thread_times_of(int thread_number) noexcept;
/// Whether it is on a core or waits for one. That wait is counted only when it is over.
bool is_runnable(int thread_number) noexcept;

}  // namespace weft::detail
