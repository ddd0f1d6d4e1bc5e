#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace lab {

/// Latencies counted in log-linear buckets, so that a percentile costs no sample list.
///
/// Up to 511 ns a bucket is 1 ns wide; above, each power of two is cut into 256 buckets, so a
/// reported value is at most 0.2 % off (half a bucket's width). Minimum, maximum and sum are exact.
/// Values beyond 2^42 ns (73 minutes) count as 2^42 ns.
class histogram {
public:
  using nanoseconds = std::chrono::nanoseconds;

  histogram();

  void record(nanoseconds value, std::uint64_t times = 1);
  void merge(const histogram& other);

  std::uint64_t count() const { return count_; }
  nanoseconds min() const { return nanoseconds(count_ == 0 ? 0 : min_); }
  nanoseconds max() const { return nanoseconds(max_); }
  nanoseconds mean() const;
  /// The value that `percent` of all values do not exceed. @param percent  0 to 100
  /// @return the middle of its bucket, within min() and max(); 0 when nothing was recorded
  nanoseconds percentile(double percent) const;

  /// One pair a bucket that holds something: its middle in ns, how many. Ascending.
  std::vector<std::pair<std::int64_t, std::uint64_t>> occupied() const;
  /// Rebuilds what occupied() listed; `min`, `max` and `sum` are what the buckets cannot tell.
  static histogram restore(const std::vector<std::pair<std::int64_t, std::uint64_t>>& buckets,
                           std::int64_t min, std::int64_t max, double sum);
  double sum() const { return sum_; }

private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::int64_t min_ = 0;
  std::int64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace lab
