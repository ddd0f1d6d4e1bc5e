#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace lab {

enum class arrival_pattern {
  poisson,  ///< independent users: exponential gaps
  fixed,    ///< one every 1/rate
};

/// The moments at which requests of several kinds are due, known before the run starts.
///
/// Each kind draws from a generator of its own, so changing one kind's rate leaves the moments of
/// the others as they were. The same seed gives the same moments with every compiler: only the
/// engine of the standard library is used, not its distributions.
class arrival_schedule {
public:
  using nanoseconds = std::chrono::nanoseconds;
  struct arrival {
    nanoseconds at;  ///< since the start
    std::size_t kind;
  };

  /// @param rates  requests a second for each kind, each above 0
  arrival_schedule(const std::vector<double>& rates, arrival_pattern pattern, std::uint64_t seed);

  /// The earliest arrival that was not taken yet. Never ends.
  const arrival& next() const { return next_; }
  void take();

private:
  struct stream {
    double rate;
    std::mt19937_64 random;
    double due_seconds;
  };

  double draw_gap(stream& from) const;
  void choose_next();

  arrival_pattern pattern_;
  std::vector<stream> streams_;
  arrival next_{};
};

/// A number in [0, 1) from 53 random bits.
inline double uniform(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11) * 0x1.0p-53;
}

}  // namespace lab
