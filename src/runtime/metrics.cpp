#include <weft/runtime/metrics.hpp>

namespace weft {

worker_metrics scheduler_metrics::total() const noexcept {
  worker_metrics sum;
  for (const worker_metrics& w : workers) {
    sum.slices += w.slices;
    sum.steals += w.steals;
    sum.steal_misses += w.steal_misses;
    sum.parks += w.parks;
    sum.polls += w.polls;
    sum.timers_fired += w.timers_fired;
    sum.queued += w.queued;
  }
  return sum;
}

}  // namespace weft
