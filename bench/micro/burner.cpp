#include "burner.hpp"

#include "chain.hpp"

#include <algorithm>
#include <ctime>

namespace micro {
namespace {

constexpr double slice_seconds = 0.05;
constexpr std::uint64_t probe_steps = 4'000'000;
constexpr int probes = 5;

double thread_cpu_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double probe_seconds() {
  const double start = thread_cpu_seconds();
  burn(probe_steps);
  return thread_cpu_seconds() - start;
}

}  // namespace

std::uint64_t steps_of_a_slice() {
  double best = probe_seconds();
  for (int i = 1; i < probes; ++i) best = std::min(best, probe_seconds());
  return static_cast<std::uint64_t>(slice_seconds / best * static_cast<double>(probe_steps));
}

std::uint64_t burn(std::uint64_t steps) {
  static volatile std::uint64_t result;
  result = chain(steps, steps);
  return result;
}

}  // namespace micro
