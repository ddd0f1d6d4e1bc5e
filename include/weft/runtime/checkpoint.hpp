#pragma once

#include <weft/runtime/detail/threading.hpp>

namespace weft {

namespace detail {

inline constinit const atomic<bool> nothing_requested{false};
/// What this thread's model uses to ask a running task for attention.
extern constinit thread_local const atomic<bool>* attention_requested;
void give_attention();

}  // namespace detail

/// Where CPU-bound code lets others in: call it at most 10 us apart in a long computation.
///
/// Under the GIL-style model it drops the lock when another thread has asked for it, and returns
/// when this thread has it again. Where nothing is asked, and outside of tasks, it is two loads.
/// It does not suspend the task, so it may be called from plain functions.
inline void checkpoint() {
  if (detail::attention_requested->load(std::memory_order_relaxed)) [[unlikely]] {
    detail::give_attention();
  }
}

}  // namespace weft
