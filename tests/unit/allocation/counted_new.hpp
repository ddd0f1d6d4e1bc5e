#pragma once

#include <weft/runtime/detail/frame_pool.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace weft::test {

/// How often any thread has called operator new.
std::uint64_t allocations() noexcept;

/// From now on the n-th call of operator new, counted over all threads, throws std::bad_alloc. One
/// at a time.
class failing_allocation {
public:
  /// @param nth  from 1
  explicit failing_allocation(std::int64_t nth) noexcept;
  ~failing_allocation();
  failing_allocation(const failing_allocation&) = delete;
  failing_allocation& operator=(const failing_allocation&) = delete;

  bool has_failed() const noexcept;
};

/// Holds all free frames of this thread, and all that ended threads have left: the next frame needs
/// operator new.
class empty_frame_pool {
public:
  empty_frame_pool() {
#if WEFT_FRAME_POOL
    for (std::size_t c = 1; c < detail::frame_cache::classes; ++c) take_all(c);
    for (std::size_t size = detail::frame_cache::largest; size != 0;) {
      if (left_of_slab() >= size) take(size);
      else size -= detail::frame_cache::step;
    }
#endif
  }
  ~empty_frame_pool() {
    for (const auto& [frame, size] : taken_) detail::release_frame(frame, size);
  }
  empty_frame_pool(const empty_frame_pool&) = delete;
  empty_frame_pool& operator=(const empty_frame_pool&) = delete;

private:
  static std::size_t left_of_slab() noexcept {
    const auto& cache = detail::this_thread_frames;
    return static_cast<std::size_t>(cache.fresh_end - cache.fresh);
  }
  void take(std::size_t size) { taken_.emplace_back(detail::allocate_frame(size), size); }
  // A frame that is no free one comes out of fresh memory.
  void take_all(std::size_t size_class) {
    const char* fresh = nullptr;
    do {
      fresh = detail::this_thread_frames.fresh;
      take(size_class * detail::frame_cache::step);
    } while (fresh == detail::this_thread_frames.fresh);
  }

  std::vector<std::pair<void*, std::size_t>> taken_;
};

}  // namespace weft::test
