#pragma once

#include <weft/runtime/detail/scope_run.hpp>
#include <weft/runtime/task.hpp>

#include <utility>

namespace weft {

/// Runs a task that is not cancelled when its waiter is: the write that must be whole, the answer
/// that says why.
///
/// The waiter does not leave it behind. When the waiter is cancelled, by its handle, its group, a
/// deadline around it or the shutdown, it goes on waiting until the task has ended, gets its
/// result, and finds itself cancelled in its next wait. So whatever the task refers to in the
/// waiter stays alive, and the waiter is who joins it. What the task starts with go() is shielded
/// and joined too. A task that never ends keeps its scope, and so the shutdown, from ending: give
/// it a deadline of its own, inside of the shield.
///
/// For work that nobody waits for use scheduler::spawn().
/// Cancel  does not reach the task; nothing is lost
/// Cost    a frame and a context from the thread's pool; no queue
/// @return what the task returns  @throws what the task throws
template <class T>
task<T> shield(task<T> inner) {
  detail::task_scope scope(detail::running_core("shield"), detail::task_scope::kind::group);
  detail::scoped_child<T> child(std::move(inner));
  detail::scope_run run(scope, child.adopt(scope), "shield", detail::outer_cancel::stays_out);
  co_await run;
  detail::rethrow_error(scope);
  co_return child.take();
}

}  // namespace weft
