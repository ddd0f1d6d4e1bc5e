#pragma once

#include <cstdint>

namespace lab {

struct calibration {
  std::int64_t rows = 0;
  double cpu_ms = 0;  ///< what these rows took when measured again
};

/// Finds how many report rows take `target_ms` of CPU time on the calling thread.
///
/// Thread CPU time, so that a busy machine does not make the work look larger than it is.
calibration calibrate_report(double target_ms);

}  // namespace lab
