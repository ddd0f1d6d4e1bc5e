#pragma once

#include <weft/runtime/detail/threading.hpp>

#include <source_location>

// What the report of a deadlock needs and no hot path pays for: who started a task where, in which
// object a task waits, which task holds a mutex. Only deterministic schedulers keep such notes, and
// who holds a mutex is noted for stall watches too; for all others the cost is one load of a word
// that nobody writes.

namespace weft::detail {

class task_context;

/// How many schedulers keep notes now, and, by lock_watcher each, how many watches look at mutexes.
extern constinit atomic<unsigned> note_keepers;
inline constexpr unsigned lock_watcher = 1U << 16;

inline bool keeps_notes() noexcept {
  return note_keepers.load(std::memory_order_relaxed) % lock_watcher != 0;
}
inline bool watches_locks() noexcept {
  return note_keepers.load(std::memory_order_relaxed) >= lock_watcher;
}
/// Either of them.
inline bool notes_holders() noexcept { return note_keepers.load(std::memory_order_relaxed) != 0; }

/// The task starts; what was known about its address is of an earlier task.
void note_start(task_context& started) noexcept;
/// Where go() was called for the task.
void note_place(task_context& started, const std::source_location& where) noexcept;
/// The task is about to wait in the object, which is known by its address or that of its lock.
/// Called after waits_for is set. @param object  null where there is none to name
void note_wait(task_context& waiting, const void* object) noexcept;
/// And in this one, for a wait in several.
void note_wait_also(task_context& waiting, const void* object) noexcept;
/// The task that runs here has taken the lock.
void note_holder(const void* lock) noexcept;

inline task_context& noted(task_context& started, const std::source_location& where) noexcept {
  if (keeps_notes()) [[unlikely]]
    note_place(started, where);
  return started;
}

}  // namespace weft::detail
