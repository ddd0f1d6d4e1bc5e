#include "arrival_schedule.hpp"

#include <algorithm>
#include <cmath>

namespace lab {

arrival_schedule::arrival_schedule(const std::vector<double>& rates, arrival_pattern pattern,
                                   std::uint64_t seed)
    : pattern_(pattern) {
  streams_.reserve(rates.size());
  for (const double rate : rates) {
    std::seed_seq mixed{seed & 0xffffffffU, seed >> 32, std::uint64_t{streams_.size()}};
    streams_.push_back({rate, std::mt19937_64(mixed), 0});
    streams_.back().due_seconds = draw_gap(streams_.back());
  }
  choose_next();
}

void arrival_schedule::take() {
  stream& taken = streams_[next_.kind];
  taken.due_seconds += draw_gap(taken);
  choose_next();
}

double arrival_schedule::draw_gap(stream& from) const {
  const double mean = 1.0 / from.rate;
  if (pattern_ == arrival_pattern::fixed) return mean;
  return -std::log1p(-uniform(from.random)) * mean;
}

void arrival_schedule::choose_next() {
  const auto first = std::min_element(
      streams_.begin(), streams_.end(),
      [](const stream& a, const stream& b) { return a.due_seconds < b.due_seconds; });
  next_.kind = static_cast<std::size_t>(first - streams_.begin());
  next_.at = nanoseconds(std::llround(first->due_seconds * 1e9));
}

}  // namespace lab
