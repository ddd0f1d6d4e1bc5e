#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <source_location>
#include <string>

namespace weft::testing {

/// How much of a check's interleavings to run.
struct exploration {
  unsigned surprises =
      2;  ///< depth first: all schedules with 0, then 1, ... then so many surprises
  std::uint64_t cap = 5'000;         ///< schedules of one depth-first search at most
  std::uint64_t random = 500;        ///< random walks after that
  std::uint64_t priorities = 500;    ///< schedules by random priorities after that
  std::uint64_t seed = 1;            ///< of those two
  bool store_buffers = false;        ///< total store order instead of sequential consistency
  bool early_time_outs = true;       ///< a wait with a time limit may end while others can run
  bool counts_every_choice = false;  ///< also who follows a thread that waits is a surprise
  std::size_t most_steps = 20'000;   ///< of one schedule; more is a livelock
};

/// What explore() did.
struct explored {
  std::uint64_t schedules = 0;
  /// The most surprises of which every schedule was run; -1 where not even those without any were.
  int complete_up_to = -1;
};

/// Runs the check under one schedule after the other, and says how many on standard output. A
/// schedule under which it fails is reported, and ends the program.
///
/// The check is a function that starts its threads (detail::os_thread) and joins them. It must do
/// the same each time but for the interleaving, and free what it allocates.
/// Cost  some microseconds a switch from thread to thread
explored explore(const char* name, const exploration& how, const std::function<void()>& check);

/// What has to hold in a check; a failure is reported with the schedule that led to it.
void must(bool holds, const char* what,
          std::source_location where = std::source_location::current());

/// Calls the object by this name in logs.
void call_it(const void* object, std::size_t size, const char* name);
template <class T>
void call_it(const T& object, const char* name) {
  call_it(&object, sizeof object, name);
}

}  // namespace weft::testing
