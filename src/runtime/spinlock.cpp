#include <weft/runtime/detail/spinlock.hpp>
#include <weft/runtime/detail/threading.hpp>

namespace weft::detail {

void spinlock::wait() noexcept {
  constexpr int spins = 64;
  for (int i = 0;; ++i) {
    if (!taken_.load(std::memory_order_relaxed) && try_lock()) return;
    if (i < spins) relax_cpu();
    else give_way();
  }
}

}  // namespace weft::detail
