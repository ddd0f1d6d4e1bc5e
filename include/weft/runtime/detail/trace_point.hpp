#pragma once

#include <weft/runtime/trace_kind.hpp>

#include <atomic>
#include <cstdint>
#include <source_location>

namespace weft::detail {

class task_context;

// The number of the session that records; 0 where none does. Not a detail::atomic: a build that
// explores interleavings shall not branch at each of these points, which order nothing.
extern constinit std::atomic<std::uint32_t> traced_session;

inline bool is_tracing() noexcept { return traced_session.load(std::memory_order_relaxed) != 0; }

void write_trace(trace_kind kind, std::uint32_t id, std::uint32_t argument) noexcept;
void write_trace(trace_kind kind, task_context& task, std::uint32_t argument) noexcept;

/// Records that something happened, where a session records. Else one branch.
inline void trace(trace_kind kind, std::uint32_t id, std::uint32_t argument = 0) noexcept {
  if (is_tracing()) [[unlikely]]
    write_trace(kind, id, argument);
}
inline void trace(trace_kind kind, task_context& task, std::uint32_t argument = 0) noexcept {
  if (is_tracing()) [[unlikely]]
    write_trace(kind, task, argument);
}

/// What stands for an object in a record: objects that live at once have different ones.
inline std::uint32_t trace_id(const void* object) noexcept {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(object) >> 3);
}

// What is more than one record, or takes more than a copy to find out (trace_points.cpp).
void trace_ready(task_context& woken) noexcept;
void trace_spawn(task_context& child, const std::source_location& where) noexcept;
void trace_wait(task_context& task, const char* what) noexcept;
void trace_no_wait(task_context& task) noexcept;
void trace_fork(task_context& forker, task_context& child) noexcept;
void trace_end(task_context& ended) noexcept;
void trace_cancel(task_context& cancelled) noexcept;
void write_lock_trace(trace_kind kind, const void* lock) noexcept;
void write_block(const void* channel, task_context& task) noexcept;
void write_transfer(const void* channel, task_context* receiver) noexcept;
void write_transfer_here(const void* channel) noexcept;
void forget_trace_time() noexcept;

/// For the kinds lock_*, by the task that runs here.
inline void trace_lock(trace_kind kind, const void* lock) noexcept {
  if (is_tracing()) [[unlikely]]
    write_lock_trace(kind, lock);
}

/// A task is about to wait in a channel.
inline void trace_block(const void* channel, task_context& task) noexcept {
  if (is_tracing()) [[unlikely]]
    write_block(channel, task);
}

/// This thread has done, since its task's slice ended, something that may have taken a while and
/// that no record shows: a call of the system, say. The next slice does not begin before it.
inline void trace_time_passes() noexcept {
  if (is_tracing()) [[unlikely]]
    forget_trace_time();
}

}  // namespace weft::detail
