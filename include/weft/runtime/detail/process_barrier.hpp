#pragma once

#include <atomic>

// Two threads each store, and then load what the other stores: one of them has to see it. Who does
// so all the time passes a light_barrier() in between, who seldom does a process_barrier(), if the
// system offers one.

namespace weft::detail {

bool offers_process_barrier() noexcept;
/// Interrupts all processors that run a thread of this process: a microsecond with two.
void process_barrier() noexcept;
/// Keeps the compiler from moving the load: nothing at run time.
inline void light_barrier() noexcept { std::atomic_signal_fence(std::memory_order_seq_cst); }

/// What offers_process_barrier() has found; false before its first call.
extern constinit std::atomic<bool> has_process_barrier;

/// As these, also where the system offers none; after the first call of offers_process_barrier().
inline void often_order() noexcept {
  if (has_process_barrier.load(std::memory_order_relaxed)) [[likely]]
    light_barrier();
  else std::atomic_thread_fence(std::memory_order_seq_cst);
}
inline void seldom_order() noexcept {
  if (has_process_barrier.load(std::memory_order_relaxed)) process_barrier();
  else std::atomic_thread_fence(std::memory_order_seq_cst);
}

}  // namespace weft::detail
