#pragma once

#include <weft/runtime/detail/task_context.hpp>
#include <weft/runtime/detail/wait_list.hpp>
#include <weft/runtime/mutex.hpp>

namespace weft {

/// One wait for the mutex; ends with the mutex handed over, or with a chance to compete for it.
class mutex::turn : detail::cancel_hook, public detail::waiter {
public:
  turn(mutex& m, time_point since, bool is_first_wait) noexcept
      : cancel_hook(&stay), mutex_(m), since_(since), is_first_wait_(is_first_wait) {}

  bool await_ready() const noexcept { return false; }
  bool await_suspend(detail::suspension h) noexcept { return suspend(h.task()); }
  /// @return whether the mutex is this task's now
  bool await_resume() noexcept;

private:
  friend class mutex;
  friend class detail::lock_waits;

  static void stay(cancel_hook&) noexcept {}
  bool suspend(detail::task_handle h) noexcept;

  mutex& mutex_;
  time_point since_;
  bool is_first_wait_;
  bool is_published_ = false;
  bool handed_over_ = false;

  // Where a stall_watch looks at mutexes.
  detail::lock_waits* listed_in_ = nullptr;
  turn* previous_listed_ = nullptr;
  turn* next_listed_ = nullptr;
};

}  // namespace weft
