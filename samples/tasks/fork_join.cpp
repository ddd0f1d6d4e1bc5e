#include "samples.hpp"

#include <weft/runtime/task_group.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

using weft::task;

namespace {

constexpr std::size_t small_enough = 2048;  // below this a fork costs more than it gains

std::vector<std::uint32_t> shuffled(std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  std::uint32_t state = 1;
  for (auto& n : numbers) n = state = state * 1664525U + 1013904223U;  // Knuth's LCG: any order
  return numbers;
}

task<> merge_sort(std::span<std::uint32_t> numbers) {
  if (numbers.size() <= small_enough) {
    std::sort(numbers.begin(), numbers.end());
    co_return;
  }
  const auto middle = numbers.size() / 2;
  // The left half runs here and now; the rest of this function is there for whoever has time.
  auto left = co_await weft::fork(merge_sort(numbers.first(middle)));
  co_await merge_sort(numbers.subspan(middle));
  co_await left.join();
  std::inplace_merge(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(middle),
                     numbers.end());
}

}  // namespace

task<> fork_join() {
  auto numbers = shuffled(1'000'000);
  co_await merge_sort(numbers);
  std::printf("sorted %zu numbers: %s\n", numbers.size(),
              std::is_sorted(numbers.begin(), numbers.end()) ? "in order" : "NOT in order");
  std::printf("smallest %u, largest %u\n", numbers.front(), numbers.back());
}
