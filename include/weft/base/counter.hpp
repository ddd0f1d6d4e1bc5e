#pragma once

#include <atomic>
#include <cstdint>

namespace weft {

/// A number that is counted up in one place at a time and read by any thread.
///
/// Two threads that add() at once lose counts; what is worth counting on a hot path has an owner,
/// and a reader adds the owners' numbers up.
/// Cost  a load and a store; no lock, no locked instruction, no order
class counter {
public:
  void add(std::uint64_t count = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  // Not a detail::atomic of the runtime: it orders nothing, and a build that explores interleavings
  // shall not branch at it.
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace weft
