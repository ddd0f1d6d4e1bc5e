#pragma once

#include <cstdint>

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
  lock_stall,     ///< id: mutex, argument: task that holds it for long, 0 where it is not known

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

}  // namespace weft
