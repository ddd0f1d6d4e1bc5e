#pragma once

#include "worker.hpp"

#include <weft/runtime/detail/task_scope.hpp>
#include <weft/runtime/detail/threading.hpp>

#include <cstdint>
#include <memory>
#include <vector>

// The models under which a task belongs to one worker, its home: `sharded` and `threads`.
//
// A home runs the tasks in its queue, oldest first. Its own tasks push into the queue; everybody
// else goes through its inbox. It has its own timers and, once one of its tasks has used I/O, its
// own driver; nobody else polls that. There is no idle set, no search and no stealing.
//
// No wake-up is lost. A pusher fills the inbox, then takes `parked_` back to `running` and wakes
// the home if it was parked; the home sets `parked_`, then looks at its inbox once more. All of it
// is sequentially consistent, so either the pusher sees the home parked or the home sees the task.
// A foreign thread wakes under the inbox's lock: the task cannot run, and end the scheduler, before
// its pusher is done with both.
//
// sharded: all homes exist from the start. A child stays at its spawner's home; tasks that are
// dealt and those from outside go to the homes in turn.
//
// threads: each new task takes a vacant home, or a new one with a new thread, or, with `most` of
// them in use, shares one. A home is vacant when all its tasks have ended. Home 0, the thread of
// run(), is for the main task and its supervisor only, unless it is the only one. Threads stay
// until the run ends, since sockets may be registered with their drivers.
//
// Shutdown: the root has no child left when stop() comes, so every inbox is empty, nobody settles a
// task any more, and each home finds `stopping`.

namespace weft::detail {

class scheduler_core;

/// A bound on threads only: what is woken directly needs no place in the idle set.
inline constexpr unsigned most_homes = 4096;

class homes {
public:
  using worker_list = std::vector<std::unique_ptr<worker>>;
  enum class kind : unsigned char { shards, threads };

  /// @param workers  one place for each home there may be; the first is filled, under `shards` all
  homes(scheduler_core& core, worker_list& workers, kind k);

  /// Gives a new task its home.
  void settle(task_context& task, placement where) noexcept;
  /// The task has ended.
  void vacate(const task_context& task) noexcept;
  placement placement_of_background() const noexcept;

  void make_ready(task_handle h);
  /// As detail::transfer_to().
  std::coroutine_handle<> transfer_to(task_handle h) noexcept;

  /// Starts the threads of all homes that are there, but the first. They wait for the run.
  /// @throws std::system_error, std::bad_alloc: call join() then too
  void start();
  void stop() noexcept;
  /// After stop(): returns when no home but the first runs any more.
  void join();

  /// All that there are: a home stays until the scheduler ends.
  std::vector<worker*> list();

private:
  worker* here() const noexcept;  // the home on this thread
  worker& home_of(task_handle h) const noexcept;
  std::uint32_t next_in_turn() noexcept;
  std::uint32_t occupy(placement where) noexcept;
  std::uint32_t vacant_or_shared() noexcept;
  bool add_thread() noexcept;
  void start_thread(std::uint32_t id);

  scheduler_core& core_;
  worker_list& workers_;
  const kind kind_;
  atomic<std::uint32_t> turn_{0};

  os_mutex mutex_;  // for all below
  std::vector<os_thread> threads_;
  std::uint32_t open_ = 1;                // homes that take tasks in this run
  std::vector<std::uint32_t> residents_;  // threads: tasks that live at each home
  std::vector<std::uint32_t> vacant_;
};

}  // namespace weft::detail
