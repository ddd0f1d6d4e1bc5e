#include "promises/wall_clock.hpp"

#include <sys/time.h>

#include <atomic>
#include <cstdint>
#include <ctime>

// Every door to the wall clock that the linker can put something before, as in faults.cpp.

namespace {

std::atomic<std::int64_t> jump{0};

bool is_wall_clock(clockid_t clock) noexcept {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

}  // namespace

extern "C" {
// The linker's --wrap asks for these names. NOLINTBEGIN(bugprone-reserved-identifier)

int __real_clock_gettime(clockid_t, std::timespec*);
int __wrap_clock_gettime(clockid_t clock, std::timespec* now) {
  const int result = __real_clock_gettime(clock, now);
  if (result == 0 && is_wall_clock(clock)) now->tv_sec += jump.load(std::memory_order_relaxed);
  return result;
}

int __real_gettimeofday(timeval*, void*);
int __wrap_gettimeofday(timeval* now, void* zone) {
  const int result = __real_gettimeofday(now, zone);
  if (result == 0) now->tv_sec += jump.load(std::memory_order_relaxed);
  return result;
}

std::time_t __real_time(std::time_t*);
std::time_t __wrap_time(std::time_t* at) {
  const std::time_t now = __real_time(nullptr) + jump.load(std::memory_order_relaxed);
  if (at != nullptr) *at = now;
  return now;
}

// std::chrono::system_clock::now(), by the name that the linker knows.
std::chrono::system_clock::rep __real__ZNSt6chrono3_V212system_clock3nowEv();
std::chrono::system_clock::rep __wrap__ZNSt6chrono3_V212system_clock3nowEv() {
  return __real__ZNSt6chrono3_V212system_clock3nowEv() +
         jump.load(std::memory_order_relaxed) * std::chrono::system_clock::period::den;
}

// NOLINTEND(bugprone-reserved-identifier)
}  // extern "C"

namespace weft::test {

wall_clock_jump::wall_clock_jump(std::chrono::seconds by) noexcept { jump = by.count(); }
wall_clock_jump::~wall_clock_jump() { jump = 0; }

}  // namespace weft::test
