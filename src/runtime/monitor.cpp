#include "futex.hpp"
#include "scheduler_core.hpp"

#include <algorithm>
#include <bit>

// The monitor thread of a parallel scheduler, and the spare workers that it releases.

namespace weft::detail {
namespace {

using std::chrono::milliseconds;
constexpr auto shortest_watch = milliseconds(2);
constexpr auto longest_watch = milliseconds(4);
constexpr unsigned looks_before_a_spare = 2;
// Who was in a long slice soon is in the next one. About 50 ms.
constexpr unsigned looks_after_a_long_slice = 25;

}  // namespace

void scheduler_core::monitor() {
  auto watch = shortest_watch;
  while (!stopping()) {
    futex_wait(stopping_, 0, watch);
    const std::uint64_t idle = idle_.load(std::memory_order_seq_cst);
    const bool all_idle = static_cast<unsigned>(std::popcount(idle)) >= regular_;
    watch = all_idle ? std::min(watch * 2, longest_watch) : shortest_watch;
    std::uint32_t wanted = regular_;
    for (auto& w : workers_) {
      if (w->retired_.load(std::memory_order_relaxed)) continue;
      look_after(*w);
      if (needs_a_spare(*w, idle)) ++wanted;
    }
    admit(wanted);
  }
}

bool scheduler_core::needs_a_spare(worker& w, std::uint64_t idle) noexcept {
  if (w.looks_in_one_slice_ >= looks_before_a_spare)
    w.looks_with_a_spare_ = looks_after_a_long_slice;
  else if (w.looks_with_a_spare_ != 0) --w.looks_with_a_spare_;
  return w.looks_with_a_spare_ != 0 && (idle >> w.id_ & 1) == 0;
}

void scheduler_core::wait_for_admission(unsigned id) noexcept {
  for (;;) {
    const auto admitted = admitted_.load(std::memory_order_seq_cst);
    if (id < admitted) return;
    futex_wait(admitted_, admitted, duration(-1));
  }
}

void scheduler_core::admit(std::uint32_t count) noexcept {
  auto before = admitted_.load(std::memory_order_seq_cst);
  // Only the monitor counts, and stop() has the last word.
  if (before == count || before == all_workers) return;
  if (!admitted_.compare_exchange_strong(before, count, std::memory_order_seq_cst)) return;
  if (count > before) spares_released_.add(count - before);
  if (count > before) futex_wake_all(admitted_);
}

void scheduler_core::look_after(worker& w) {
  const std::uint64_t idle = idle_.load(std::memory_order_seq_cst);
  const bool is_idle = (idle >> w.id_ & 1) != 0;
  if (!is_idle) w.kicked_.store(true, std::memory_order_relaxed);
  const auto slices = w.slices_.value();
  const bool same_slice = !is_idle && slices == w.last_seen_slices_;
  w.last_seen_slices_ = slices;
  w.looks_in_one_slice_ = same_slice ? w.looks_in_one_slice_ + 1 : 0;
  if (idle == 0) return;
  const bool has_due_timer = w.timers_.next() <= now();
  if ((same_slice && w.has_queued()) || has_due_timer) wake_one_if_useful();
  if (same_slice && io() != nullptr && io()->try_acquire()) {
    // All that could look at I/O sleep on futexes: one of them has to take the token.
    io()->release();
    wake_one_if_useful();
  }
}

}  // namespace weft::detail
