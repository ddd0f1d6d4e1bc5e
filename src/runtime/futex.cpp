#include "futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <ctime>

namespace weft::detail {
namespace {

std::uint32_t* address_of(atomic<std::uint32_t>& word) noexcept {
  static_assert(sizeof(word) == sizeof(std::uint32_t));
  return reinterpret_cast<std::uint32_t*>(&word);
}

}  // namespace

void futex_wait(atomic<std::uint32_t>& word, std::uint32_t expected, duration timeout) noexcept {
  constexpr duration::rep billion = 1'000'000'000;
  timespec limit{};
  limit.tv_sec = static_cast<std::time_t>(timeout.count() / billion);
  limit.tv_nsec = static_cast<long>(timeout.count() % billion);
  syscall(SYS_futex, address_of(word), FUTEX_WAIT_PRIVATE, expected,
          timeout < duration::zero() ? nullptr : &limit, nullptr, 0);
}

void futex_wake(atomic<std::uint32_t>& word) noexcept {
  syscall(SYS_futex, address_of(word), FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void futex_wake_all(atomic<std::uint32_t>& word) noexcept {
  syscall(SYS_futex, address_of(word), FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace weft::detail
