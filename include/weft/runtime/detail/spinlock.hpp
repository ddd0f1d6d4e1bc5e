#pragma once

#include <weft/runtime/detail/threading.hpp>

namespace weft::detail {

/// Guards a few instructions that never wait: waiter lists and timer heaps. Meets Lockable.
class spinlock {
public:
  void lock() noexcept {
    if (taken_.exchange(true, std::memory_order_acquire)) [[unlikely]]
      wait();
  }
  bool try_lock() noexcept { return !taken_.exchange(true, std::memory_order_acquire); }
  void unlock() noexcept { taken_.store(false, std::memory_order_release); }

private:
  void wait() noexcept;  // spins briefly, then lets the kernel run the holder

  atomic<bool> taken_{false};
};

}  // namespace weft::detail
