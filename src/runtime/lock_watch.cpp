#include "lock_watch.hpp"

#include "find_task.hpp"
#include "scheduler_core.hpp"

#include <weft/runtime/detail/trace_point.hpp>
#include <weft/runtime/detail/wait_notes.hpp>

#include <algorithm>
#include <utility>

namespace weft::detail {
namespace {

bool is_same_hold(const wanted_lock& one, const wanted_lock& other) noexcept {
  return one.lock == other.lock && one.unlocks == other.unlocks && one.holder == other.holder;
}

}  // namespace

lock_watch::lock_watch(scheduler_core& core, const stall_options& options)
    : core_(core), reporter_(options) {
  note_keepers.fetch_add(lock_watcher, std::memory_order_relaxed);
}

lock_watch::~lock_watch() { note_keepers.fetch_sub(lock_watcher, std::memory_order_relaxed); }

void lock_watch::look() {
  std::vector<hold> still;
  for (const wanted_lock& wanted : core_.lock_waits().look()) {
    still.push_back(known_or_new(wanted));
    hold& held = still.back();
    if (reporter_.may_report(held.report, steady_clock::now())) report(held);
  }
  holds_ = std::move(still);
}

lock_watch::hold lock_watch::known_or_new(const wanted_lock& seen) const {
  const auto known = std::find_if(holds_.begin(), holds_.end(),
                                  [&](const hold& h) { return is_same_hold(h.seen, seen); });
  const auto now = steady_clock::now();
  if (known == holds_.end()) return {seen, now, reporter_.after_threshold(now)};
  return {seen, known->first_seen, known->report};
}

void lock_watch::report(const hold& held) {
  stall_report found;
  found.held = stall_report::resource::lock;
  found.model = name_of(core_.chosen_model());
  found.task = held.seen.holder;
  found.lasted = std::chrono::duration_cast<duration>(steady_clock::now() - held.first_seen);
  found.holder = find_task(core_, held.seen.holder);
  found.first_waiter = find_task(core_, held.seen.first_waiter);
  found.waiting = held.seen.waiting;
  trace(trace_kind::lock_stall, trace_id(held.seen.lock), found.task);
  reporter_.report(found);
}

}  // namespace weft::detail
