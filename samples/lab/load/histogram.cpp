#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace lab {
namespace {

constexpr int octave_bits = 8;  // 256 buckets a power of two
constexpr std::int64_t octave_buckets = std::int64_t{1} << octave_bits;
constexpr int largest_bit = 42;
constexpr std::int64_t largest_value = std::int64_t{1} << largest_bit;
constexpr std::size_t bucket_count =
    static_cast<std::size_t>((largest_bit - octave_bits + 1) * octave_buckets + 1);

// How far the value is shifted right until octave_bits + 1 significant bits are left.
int shift_of(std::int64_t value) {
  const auto width = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value)));
  return std::max(0, width - octave_bits - 1);
}

std::size_t index_of(std::int64_t value) {
  const int shift = shift_of(value);
  return static_cast<std::size_t>(shift * octave_buckets + (value >> shift));
}

std::int64_t middle_of(std::size_t index) {
  const auto position = static_cast<std::int64_t>(index);
  if (position < 2 * octave_buckets) return position;
  const auto shift = position / octave_buckets - 1;
  const std::int64_t low = (position - shift * octave_buckets) << shift;
  return low + ((std::int64_t{1} << shift) - 1) / 2;
}

}  // namespace

histogram::histogram() : buckets_(bucket_count) {}

void histogram::record(nanoseconds value, std::uint64_t times) {
  const std::int64_t held = std::clamp<std::int64_t>(value.count(), 0, largest_value);
  buckets_[index_of(held)] += times;
  min_ = count_ == 0 ? held : std::min(min_, held);
  max_ = std::max(max_, held);
  sum_ += static_cast<double>(held) * static_cast<double>(times);
  count_ += times;
}

void histogram::merge(const histogram& other) {
  if (other.count_ == 0) return;
  for (std::size_t i = 0; i < bucket_count; ++i) buckets_[i] += other.buckets_[i];
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
  count_ += other.count_;
}

histogram::nanoseconds histogram::mean() const {
  if (count_ == 0) return nanoseconds(0);
  return nanoseconds(std::llround(sum_ / static_cast<double>(count_)));
}

histogram::nanoseconds histogram::percentile(double percent) const {
  if (percent <= 0) return min();
  if (percent >= 100) return max();
  const double share = percent / 100;
  // The small step back keeps 99 % of 1,000 at rank 990: 0.99 * 1000 is a little over 990.
  const double exact = share * static_cast<double>(count_);
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(exact - 1e-6)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    seen += buckets_[i];
    if (seen >= rank) return nanoseconds(std::clamp(middle_of(i), min_, max_));
  }
  return max();
}

std::vector<std::pair<std::int64_t, std::uint64_t>> histogram::occupied() const {
  std::vector<std::pair<std::int64_t, std::uint64_t>> listed;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    if (buckets_[i] != 0) listed.emplace_back(middle_of(i), buckets_[i]);
  }
  return listed;
}

histogram histogram::restore(const std::vector<std::pair<std::int64_t, std::uint64_t>>& buckets,
                             std::int64_t min, std::int64_t max, double sum) {
  histogram rebuilt;
  for (const auto& [value, times] : buckets) rebuilt.record(nanoseconds(value), times);
  rebuilt.min_ = min;
  rebuilt.max_ = max;
  rebuilt.sum_ = sum;
  return rebuilt;
}

}  // namespace lab
