#include "thread_times.hpp"

#if defined(__linux__)
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#endif

namespace weft::detail {

#if defined(__linux__)

int this_thread_number() noexcept { return static_cast<int>(::syscall(SYS_gettid)); }

// Documentation/scheduler/sched-stats.rst: time on the processor, time in a run queue, both in ns.
// Without a stream, which would allocate: a stall_watch asks for each long slice that it sees.
thread_times thread_times_of(int thread_number) noexcept {
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "/proc/self/task/%d/schedstat", thread_number);
  const int file = ::open(path.data(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::array<char, 128> text{};
  const ssize_t size = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  long long on_cpu = 0;
  long long waited = 0;
  if (size <= 0 || std::sscanf(text.data(), "%lld %lld", &on_cpu, &waited) != 2) return {};
  return {std::chrono::nanoseconds(on_cpu), std::chrono::nanoseconds(waited)};
}

#else

int this_thread_number() noexcept { return 0; }
thread_times thread_times_of(int) noexcept { return {}; }

#endif

}  // namespace weft::detail
