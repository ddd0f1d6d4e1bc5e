#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>

namespace weft {

/// What a trace record says happened. `id` and `argument` are those of trace_event; a task is meant
/// by its number. In what is said of an argument, `waker` is a task number, 0 for none.
enum class trace_kind : std::uint8_t {
  worker_begin,       ///< id: worker. This thread runs tasks from here on
  worker_end,         ///< id: worker
  worker_park,        ///< id: worker, argument: 1 where it sleeps in the I/O driver
  worker_unpark,      ///< id: worker
  worker_poll,        ///< id: worker. A look at I/O begins
  worker_poll_end,    ///< id: worker, argument: 1 where something was ready
  worker_steal,       ///< id: task, argument: the worker it was taken from
  worker_steal_miss,  ///< id: worker. All queues of the others were empty
  spare_released,     ///< id: worker. A spare worker may run tasks
  spare_retired,      ///< id: worker. A spare worker goes back to sleep

  task_spawn,      ///< id: task, argument: where it was started, for trace_log::place(). The
                   ///< task_ready that follows has the spawner as its waker
  task_ready,      ///< id: task, argument: waker and trace_reason
  task_run_begin,  ///< id: task, argument: trace_queue
  task_run_end,    ///< id: task, argument: what it waits for, for trace_log::text()
  task_end,        ///< id: task
  task_cancel,     ///< id: task, argument: waker

  scope_join,    ///< id: scope, argument: children that have not ended
  scope_cancel,  ///< id: scope

  gil_want,          ///< id: lock
  gil_drop_request,  ///< id: lock
  gil_acquired,      ///< id: lock
  gil_lost,          ///< id: lock. Woken, and another thread had it already
  gil_released,      ///< id: lock, argument: 1 where on request

  lock_want,      ///< id: mutex, argument: task
  lock_acquired,  ///< id: mutex, argument: task
  lock_released,  ///< id: mutex, argument: task that unlocks

  channel_block,     ///< id: channel, argument: task
  channel_transfer,  ///< id: channel, argument: task that got the value; 0: the buffer, or a thread

  blocking_begin,  ///< id: task. Its call runs on this thread
  blocking_end,    ///< id: task
  stall,  ///< id: task, 0 where it is not known, argument: worker and milliseconds that its
          ///< slice has lasted
  mark,   ///< id: task, argument: what was marked, for trace_log::text()

  request_arrived,  ///< id: request, argument: task that reads it
  request_parsed,   ///< id: request, argument: task that answers it
  request_done,     ///< id: request, argument: status of the answer
  request_shed,     ///< id: request, argument: status. Turned away instead of answered
};

namespace detail {

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

}  // namespace detail
}  // namespace weft
