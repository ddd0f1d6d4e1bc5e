#include "counted_new.hpp"

#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr auto never = std::numeric_limits<std::int64_t>::max();

std::atomic<std::uint64_t> calls{0};
std::atomic<std::int64_t> calls_until_failure{never};

void count_call() {
  calls.fetch_add(1, std::memory_order_relaxed);
  if (calls_until_failure.load(std::memory_order_relaxed) == never) return;
  if (calls_until_failure.fetch_sub(1, std::memory_order_relaxed) == 1) throw std::bad_alloc();
}

void* checked(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// Not inlined: g++ would see free() of what operator new returned, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  count_call();
  return checked(std::malloc(size));
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  count_call();
  const auto unit = static_cast<std::size_t>(alignment);
  return checked(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace weft::test {

std::uint64_t allocations() noexcept { return calls.load(std::memory_order_relaxed); }

failing_allocation::failing_allocation(std::int64_t nth) noexcept { calls_until_failure = nth; }
failing_allocation::~failing_allocation() { calls_until_failure = never; }
bool failing_allocation::has_failed() const noexcept { return calls_until_failure <= 0; }

}  // namespace weft::test
