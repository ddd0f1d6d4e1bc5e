#pragma once

#include "lock_waits.hpp"
#include "stall_reporter.hpp"

#include <vector>

namespace weft::detail {

class scheduler_core;

/// Finds mutexes that are held for long while tasks wait for them. While one lives, who locks a
/// mutex leaves its number there.
class lock_watch {
public:
  lock_watch(scheduler_core& core, const stall_options& options);
  ~lock_watch();
  lock_watch(const lock_watch&) = delete;
  lock_watch& operator=(const lock_watch&) = delete;

  void look();

private:
  // One task's hold of a mutex.
  struct hold {
    wanted_lock seen;
    stall_reporter::time first_seen;
    stall_reporter::appointment report;
  };

  hold known_or_new(const wanted_lock& seen) const;
  void report(const hold& held);

  scheduler_core& core_;
  stall_reporter reporter_;
  std::vector<hold> holds_;
};

}  // namespace weft::detail
