#pragma once

#include <weft/base/clock.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// How long slices take on one worker, as far as it knows from the last ones: so how many tasks
/// have to wait there until it pays to wake another worker for them.
class pace {
public:
  /// A wake-up takes about 10 us, of the waker and the woken together.
  static constexpr duration worth_a_wake = std::chrono::microseconds(50);

  /// Any thread. As long as nothing is known, every task counts as a long one.
  bool pays_to_wake(std::size_t waiting) const noexcept {
    return waiting >= enough_.load(std::memory_order_relaxed);
  }

  /// A stretch of work begins. @param slices  that the worker has begun so far
  void begin(time_point now, std::uint64_t slices) noexcept {
    since_ = now;
    slices_ = slices;
  }

  /// Takes the mean slice of the stretch into account; the next stretch begins.
  void learn(time_point now, std::uint64_t slices) noexcept {
    if (slices == slices_) return;
    const duration mean = (now - since_) / static_cast<duration::rep>(slices - slices_);
    typical_ += (mean - typical_) / 4;
    enough_.store(static_cast<std::size_t>(
                      std::max<duration::rep>(1, worth_a_wake / std::max(typical_, duration(1)))),
                  std::memory_order_relaxed);
    begin(now, slices);
  }

private:
  duration typical_ = std::chrono::milliseconds(1);
  time_point since_{};
  std::uint64_t slices_ = 0;
  std::atomic<std::size_t> enough_{
      1};  // orders nothing, so not detail::atomic (see base/counter.hpp)
};

}  // namespace weft::detail
