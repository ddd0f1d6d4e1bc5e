#pragma once

#include <weft/runtime/detail/spinlock.hpp>
#include <weft/runtime/mutex.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft::detail {

/// A mutex that is held and that tasks wait for, at one moment.
struct wanted_lock {
  const mutex* lock;
  std::uint32_t holder;  // its number; 0: no task, or it locked before a watch was there
  std::uint32_t first_waiter;
  std::size_t waiting;
  // Two looks that find the same number here, on the same mutex, have found the same hold of it.
  std::uint16_t unlocks;
};

/// The waits of a scheduler's tasks for mutexes, those that began while a stall_watch was there. A
/// wait is in the list until its task goes on, so it and its mutex stay while that is locked.
///
/// Locks: this one's -> a mutex's list of waiters.
class lock_waits {
public:
  void add(mutex::turn& wait) noexcept;
  void remove(mutex::turn& wait) noexcept;

  /// Once each mutex that makes others wait.
  std::vector<wanted_lock> look();

private:
  static bool look_at(const mutex::turn& wait, wanted_lock& found) noexcept;

  spinlock lock_;  // for the list
  mutex::turn* first_ = nullptr;
};

}  // namespace weft::detail
