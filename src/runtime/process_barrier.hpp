#pragma once

#include <weft/runtime/detail/threading.hpp>

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

}  // namespace weft::detail
