#include "baton.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weft::testing {

void baton::give() noexcept {
  given_.store(1, std::memory_order_release);
  syscall(SYS_futex, &given_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void baton::take() noexcept {
  while (given_.exchange(0, std::memory_order_acquire) == 0) {
    syscall(SYS_futex, &given_, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
  }
}

}  // namespace weft::testing
