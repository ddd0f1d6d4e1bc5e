#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weft {

class scheduler;

/// A place where a task awaits, or a coroutine that has not awaited yet.
struct await_place {
  const char* file = "";
  unsigned line = 0;
  std::string function;  ///< as the compiler names it
};

/// One live task, as dump_tasks() found it.
struct task_state {
  enum class phase {
    waits,      ///< in `waits_for`, or woken and not run since
    ready,      ///< in a queue, or between two waits: at most its start is known
    runs,       ///< on the worker `worker`
    is_ending,  ///< cancelled: what it still waits for cannot be looked at
  };

  std::uint32_t number = 0;  ///< the one that traces use too
  std::uint32_t parent = 0;  ///< the task whose group it is in; 0: the scheduler's root
  phase now = phase::ready;
  std::string waits_for;  ///< such as "channel::recv"; empty where it does not wait
  unsigned worker = 0;    ///< where it runs
  /// Until its first wait, the go() that started it, or its coroutine where another call did. Line
  /// 0: not known.
  await_place started;
  std::vector<await_place> awaits;  ///< innermost first, up to the coroutine that was spawned
};

/// What dump_tasks() returns: a copy.
struct task_dump {
  std::vector<task_state> tasks;  ///< in the order of their numbers

  /// For people: one paragraph a task.
  std::string text() const;
};

/// Every live task of a scheduler with its chain of awaits, from any thread, while tasks run.
///
/// A waiting task is held still for as long as it takes to copy its chain, so that chain is exact.
/// Of a task that runs at that moment only its latest await is known, of one that is ready only
/// where it was started, if it has not waited since. Tasks start, end and go on meanwhile: the dump
/// is no one moment of the program. In deterministic mode it is.
/// Concurrent  any thread, the scheduler being alive; never from a signal handler
/// Cost        holds up who starts or ends a child of the scope it looks at; some us a task
task_dump dump_tasks(scheduler& of);
/// Of the scheduler whose task runs here. @throws std::logic_error outside of tasks
task_dump dump_tasks();

}  // namespace weft
