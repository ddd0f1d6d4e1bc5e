#include <weft/runtime/detail/spinlock.hpp>
#include <weft/runtime/detail/threading.hpp>

#include <algorithm>

namespace weft::detail {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr duration briefly = nanoseconds(100);
constexpr duration at_most = microseconds(2);
constexpr duration lately = microseconds(10);
constexpr int rounds = 4;

struct failure {
  const spinlock* at = nullptr;
  time_point when{};
};
constinit thread_local failure last_failure;

bool failed_there_lately(const spinlock& lock) noexcept {
  const time_point now = os_now();
  const bool lately_there = last_failure.at == &lock && now - last_failure.when < lately;
  last_failure.at = &lock;
  last_failure.when = now;
  return lately_there;
}

}  // namespace

// What a lock guards takes less time than its cache line takes from one core to another. So where
// two threads keep meeting they are quickest in turns: one passes many times while the other does
// not even look.
void spinlock::wait() noexcept {
  duration away = failed_there_lately(*this) ? at_most : briefly;
  for (int round = 0;; ++round) {
    if (round < rounds) spin_for(away);
    else give_way();
    if (try_lock()) return;
    away = std::min(2 * away, at_most);
  }
}

}  // namespace weft::detail
