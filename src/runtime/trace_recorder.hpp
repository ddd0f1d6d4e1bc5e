#pragma once

#include "trace_clock.hpp"
#include "trace_ring.hpp"

#include <weft/runtime/trace.hpp>

#include <cstdint>
#include <source_location>

// What a record costs is the reading of the time, so records of one moment share one reading.

namespace weft::detail {

/// Whose time a record gets.
enum class trace_time : std::uint8_t {
  now,   ///< not before anything that this thread has seen of others
  own,   ///< cheaper; for what no other thread has led to
  same,  ///< that of this thread's last record
};

/// The ring that this thread has; it may be of an earlier session.
extern constinit thread_local trace_ring* this_ring;

/// Takes a ring where this thread has none of the session that records.
trace_ring* take_ring_if_recording() noexcept;

/// This thread's ring for the session that records. @return null where none does, and where there
/// is no memory for a ring
inline trace_ring* this_threads_ring() noexcept {
  const std::uint32_t session = traced_session.load(std::memory_order_acquire);
  if (this_ring != nullptr && this_ring->session() == session) [[likely]]
    return this_ring;
  return take_ring_if_recording();
}

inline void write_trace(trace_ring& ring, trace_time when, trace_kind kind, std::uint32_t id,
                        std::uint32_t argument) noexcept {
  if (when == trace_time::same) return ring.push_at_last_time(kind, id, argument);
  ring.push(when == trace_time::own ? own_ticks() : trace_ticks(), kind, id, argument);
}

/// The task's number in traces, given when it is first asked for. From 1; 28 bits.
std::uint32_t traced_number(task_context& task) noexcept;

/// A small number for a string literal, the same for the same address; 0 where there are too many.
std::uint32_t traced_text(const char* text) noexcept;
/// The same for a place in a source.
std::uint32_t traced_place(const std::source_location& place) noexcept;

/// Of a worker: what it runs, as far as a session has seen that.
class trace_slice {
public:
  /// Where the worker found the task that it runs next.
  trace_queue found_in = trace_queue::own;

  /// The task that has control. It may have announced that it waits. @return 0 for none
  std::uint32_t task() const noexcept { return is_of_this_session() ? task_ : 0; }
  /// Whether the task's slice has begun and not ended.
  bool is_open() const noexcept { return is_open_ && is_of_this_session(); }

  void begin(task_context& running) noexcept;
  void end(const char* waits_for, trace_time when = trace_time::own) noexcept;
  /// See trace_time_passes().
  void forget_time() noexcept { only_scheduled_since_ = false; }
  /// Control is back in the worker's loop.
  void leave() noexcept;

private:
  bool is_of_this_session() const noexcept {
    return session_ == traced_session.load(std::memory_order_relaxed);
  }

  bool begins_at_last_time() noexcept;

  std::uint32_t task_ = 0;
  std::uint32_t session_ = 0;
  bool is_open_ = false;
  // Since the end of the last slice this thread has done nothing but look for the next one.
  bool only_scheduled_since_ = false;
};

}  // namespace weft::detail
