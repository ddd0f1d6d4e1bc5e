#include "calibration.hpp"

#include "../workload.hpp"
#include "judgement.hpp"

#include <time.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace lab {
namespace {

double thread_cpu_ms() {
  timespec spent;
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e3 + static_cast<double>(spent.tv_nsec) * 1e-6;
}

double median_cpu_ms(std::int64_t rows, int repeats) {
  std::vector<double> taken;
  for (int i = 0; i < repeats; ++i) {
    const double begin = thread_cpu_ms();
    make_report(rows);
    taken.push_back(thread_cpu_ms() - begin);
  }
  return median(std::move(taken));
}

}  // namespace

calibration calibrate_report(double target_ms) {
  constexpr std::int64_t first_guess = 20'000;
  median_cpu_ms(first_guess, 2);  // warms up caches and clock frequency
  const double per_row = median_cpu_ms(first_guess, 5) / static_cast<double>(first_guess);
  calibration found;
  found.rows = std::clamp<std::int64_t>(std::llround(target_ms / per_row), 1, most_report_rows);
  found.cpu_ms = median_cpu_ms(found.rows, 3);
  return found;
}

}  // namespace lab
