#pragma once

#include <atomic>
#include <cstdint>

namespace weft::detail {

/// A number that one thread counts up and any thread reads. Not a detail::atomic: it orders
/// nothing, and a build that explores interleavings shall not branch at it.
class counter {
public:
  void add(std::uint64_t count = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace weft::detail
