#pragma once

#include <cstddef>

namespace weft::testing {

// The program's operator new and delete, replaced. While an execution runs, freed memory is filled
// with a pattern and kept until the execution ends, so that its use is noticed.

/// From here on what the program allocates is counted.
void begin_watching_memory() noexcept;
/// Ends that. @return how many allocations were not freed
std::ptrdiff_t end_watching_memory() noexcept;

/// Whether the object lies in memory that was freed in this execution.
bool is_freed(const void* object, std::size_t size) noexcept;

/// What the explorer itself allocates while an execution runs is not the program's.
class unwatched {
public:
  unwatched() noexcept;
  ~unwatched();
  unwatched(const unwatched&) = delete;
  unwatched& operator=(const unwatched&) = delete;

private:
  bool before_;
};

}  // namespace weft::testing
