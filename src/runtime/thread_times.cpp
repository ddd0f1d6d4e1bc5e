#include "thread_times.hpp"

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#endif

namespace weft::detail {

#if defined(__linux__)

int this_thread_number() noexcept { return static_cast<int>(::syscall(SYS_gettid)); }

// Documentation/scheduler/sched-stats.rst: time on the processor, time in a run queue, both in ns.
thread_times thread_times_of(int thread_number) noexcept {
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "/proc/self/task/%d/schedstat", thread_number);
  std::FILE* file = std::fopen(path.data(), "re");
  if (file == nullptr) return {};
  long long on_cpu = 0;
  long long waited = 0;
  const int read = std::fscanf(file, "%lld %lld", &on_cpu, &waited);
  std::fclose(file);
  if (read != 2) return {};
  return {std::chrono::nanoseconds(on_cpu), std::chrono::nanoseconds(waited)};
}

#else

int this_thread_number() noexcept { return 0; }
thread_times thread_times_of(int) noexcept { return {}; }

#endif

}  // namespace weft::detail
