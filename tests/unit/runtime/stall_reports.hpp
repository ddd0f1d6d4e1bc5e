#pragma once

#include <weft/runtime/event.hpp>
#include <weft/runtime/stall_watch.hpp>

#include <chrono>
#include <ctime>
#include <mutex>
#include <vector>

namespace weft::test {

/// What a watch has reported. Its threshold is small, so that a test is soon done.
class stall_reports {
public:
  stall_options options(duration pause = std::chrono::hours(1)) {
    return {.threshold = std::chrono::milliseconds(20),
            .pause = pause,
            .report = [this](const stall_report& r) {
              std::lock_guard lock(mutex_);
              all_.push_back(r);
              first.set();
            }};
  }
  std::vector<stall_report> all() {
    std::lock_guard lock(mutex_);
    return all_;
  }

  event first;  ///< set when there is a report

private:
  std::mutex mutex_;
  std::vector<stall_report> all_;
};

/// Keeps the thread busy.
inline void compute(duration time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {}
}

/// The same, for so much time on a core: others may have that for as long meanwhile.
inline void compute_on_core(duration time) {
  const auto used = [] {
    std::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  };
  const auto end = used() + time;
  while (used() < end) {}
}

}  // namespace weft::test
