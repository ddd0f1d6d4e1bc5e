#include "lateness.hpp"

#include <algorithm>
#include <cmath>

namespace micro {
namespace {

// For a million tasks: three seconds to start them, then two in which they come due.
constexpr std::chrono::nanoseconds start_time_each(3'000);
constexpr std::chrono::nanoseconds due_time_each(2'000);
constexpr std::chrono::milliseconds least_start_time(50);
// A prime with no common factor with the usual numbers of tasks: due() visits each slot once.
constexpr std::uint64_t stride = 7919;

}  // namespace

wake_plan::wake_plan(clock::time_point start, std::uint64_t tasks)
    : first_(start + least_start_time + start_time_each * static_cast<std::int64_t>(tasks)),
      span_(due_time_each * static_cast<std::int64_t>(tasks)),
      tasks_(tasks) {}

wake_plan::clock::time_point wake_plan::due(std::uint64_t task) const {
  const auto slot = static_cast<std::int64_t>(task * stride % tasks_);
  return first_ + span_ / static_cast<std::int64_t>(tasks_) * slot;
}

double quantile(std::vector<std::uint32_t>& values, double part) {
  if (values.empty()) return 0;
  const auto rank = std::ceil(part * static_cast<double>(values.size()));
  const auto nth =
      values.begin() + std::max<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(rank) - 1, 0);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

}  // namespace micro
