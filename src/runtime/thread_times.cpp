#include "thread_times.hpp"

#if defined(__linux__)
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#endif

namespace weft::detail {

#if defined(__linux__)

int this_thread_number() noexcept { return static_cast<int>(::syscall(SYS_gettid)); }

namespace {

using beginning = std::array<char, 128>;

// Empty where there is no such file. Without a stream, which would allocate: a stall_watch asks for
// each long slice that it sees.
beginning read_of_thread(int thread_number, const char* what) noexcept {
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "/proc/self/task/%d/%s", thread_number, what);
  beginning text{};
  const int file = ::open(path.data(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return text;
  if (::read(file, text.data(), text.size() - 1) < 0) text.front() = '\0';
  ::close(file);
  return text;
}

}  // namespace

// Documentation/scheduler/sched-stats.rst: time on the processor, time in a run queue, both in ns.
thread_times thread_times_of(int thread_number) noexcept {
  const beginning text = read_of_thread(thread_number, "schedstat");
  long long on_cpu = 0;
  long long waited = 0;
  if (std::sscanf(text.data(), "%lld %lld", &on_cpu, &waited) != 2) return {};
  return {std::chrono::nanoseconds(on_cpu), std::chrono::nanoseconds(waited)};
}

// proc(5): the state stands behind the name, which may have brackets of its own.
bool is_runnable(int thread_number) noexcept {
  const beginning text = read_of_thread(thread_number, "stat");
  const char* const name_end = std::strrchr(text.data(), ')');
  return name_end != nullptr && std::strncmp(name_end, ") R", 3) == 0;
}

#else

int this_thread_number() noexcept { return 0; }
thread_times thread_times_of(int) noexcept { return {}; }
bool is_runnable(int) noexcept { return false; }

#endif

}  // namespace weft::detail
