#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/detail/spinlock.hpp>
#include <weft/runtime/detail/task_context.hpp>
#include <weft/runtime/detail/threading.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>

// What waits in channels, semaphores, events and the like, and how it is woken.
//
// A waiter is in at most one list, and all of it is under that list's lock. It stands for a task,
// for one case of a select, or for a thread that runs no tasks. A partner takes it out under the
// lock, writes its outcome, releases the lock, and wakes it as its very last touch: what wakes may
// destroy the waiter and the object it waited in. Nobody but a partner or the cancel hook takes a
// waiter out, each under the lock, so it is woken once.
//
// All waiters of one select share a select_claim. A partner that takes one out must win the claim
// before it touches the rest; if it loses, the waiter is out of the list and that is all. The
// select's own task takes the others out when it runs again (select.hpp).

namespace weft::detail {

/// Which of several waits has ended a select: the first to win.
class select_claim {
public:
  bool win(const void* who) noexcept {
    const void* nobody = nullptr;
    return winner_.compare_exchange_strong(nobody, who, std::memory_order_acq_rel);
  }
  const void* winner() const noexcept { return winner_.load(std::memory_order_acquire); }

private:
  atomic<const void*> winner_{nullptr};
};

enum class wait_outcome : std::uint8_t { granted, closed, canceled };

/// Many wait, so it is small: what only some of them need, they have behind it.
struct waiter {
  task_handle task;  // null in a thread_wait
  waiter* previous = nullptr;
  waiter* next = nullptr;
  bool queued = false;
  bool has_claim = false;  // it is a claimed_waiter
  wait_outcome outcome = wait_outcome::granted;

  /// Where a value changes hands, if one does: a part of the object that the waiter is part of.
  void* place() noexcept { return reinterpret_cast<std::byte*>(this) + place_; }
  void set_place(const void* part) noexcept {
    place_ = static_cast<std::uint16_t>(static_cast<const std::byte*>(part) -
                                        reinterpret_cast<const std::byte*>(this));
  }

private:
  std::uint16_t place_ = 0;
};

/// One of several waits, of which one counts.
struct claimed_waiter : waiter {
  claimed_waiter() noexcept { has_claim = true; }
  select_claim* claim = nullptr;
};

/// Waiters, oldest first.
class wait_list {
public:
  bool empty() const noexcept { return first_ == nullptr; }
  waiter* front() const noexcept { return first_; }

  void push_back(waiter& w) noexcept {
    w.next = nullptr;
    w.previous = last_;
    (last_ != nullptr ? last_->next : first_) = &w;
    last_ = &w;
    w.queued = true;
  }
  void remove(waiter& w) noexcept {
    (w.previous != nullptr ? w.previous->next : first_) = w.next;
    (w.next != nullptr ? w.next->previous : last_) = w.previous;
    w.queued = false;
  }
  void push_front(waiter& w) noexcept;

  /// @return null where there is none
  waiter* pop_front() noexcept {
    waiter* w = first_;
    if (w != nullptr) remove(*w);
    return w;
  }
  /// As pop_front(), past the cases of selects that have ended otherwise.
  waiter* claim_front() noexcept {
    for (;;) {
      waiter* w = pop_front();
      if (w == nullptr || is_won(*w)) return w;
    }
  }
  /// Takes out and claims all, with that outcome. @return a chain for wake_all()
  waiter* claim_all(wait_outcome outcome) noexcept;

private:
  static bool is_won(waiter& w) noexcept {
    return !w.has_claim || static_cast<claimed_waiter&>(w).claim->win(&w);
  }

  waiter* first_ = nullptr;
  waiter* last_ = nullptr;
};

/// The wait of a thread that runs no tasks.
class thread_wait : public waiter {
public:
  thread_wait() noexcept = default;
  thread_wait(const thread_wait&) = delete;
  thread_wait& operator=(const thread_wait&) = delete;

  /// Queues the wait, releases the lock, and returns when the wait is over.
  void sleep_in(wait_list& list, spinlock& held) noexcept;
  void wake() noexcept;

private:
  atomic<std::uint32_t> is_over_{0};
};

/// Ends a wait that was taken out of its list. The lock is not held any more.
inline void wake(waiter& w) noexcept {
  if (w.task) make_ready(w.task);
  else static_cast<thread_wait&>(w).wake();
}
void wake_all(waiter* chain) noexcept;

/// What its waiters wait in, where one list is enough.
struct wait_queue {
  spinlock lock;
  wait_list waiters;
};

/// A task's wait in one list; awaiters derive from it.
class list_wait : public cancel_hook, public waiter {
public:
  list_wait(const list_wait&) = delete;
  list_wait& operator=(const list_wait&) = delete;

protected:
  explicit list_wait(function on_cancel) noexcept : cancel_hook(on_cancel) {}

  /// Queues the wait and releases the lock, after which nothing of it may be touched. Out of line:
  /// clang keeps locals of what it inlines into a coroutine in the frame, which may be gone then.
  /// @param held  the lock of the list  @param what  for reports
  /// @return what runs next on this worker
  std::coroutine_handle<> suspend(task_handle h, wait_list& list, spinlock& held,
                                  const char* what) noexcept;
  /// The first thing in await_resume(), also where the task did not suspend.
  void resume() noexcept {
    if (task) task.promise().context->withdraw(*this);
  }
  /// resume(), and what await_resume() returns where no value comes with it.
  result<void> finish() noexcept;
  /// For the hook: gives the wait up, unless a partner came first.
  void leave(wait_list& list, spinlock& lock) noexcept;
};

/// A wait in a wait_queue.
class queue_wait : public list_wait {
protected:
  explicit queue_wait(wait_queue& queue, function on_cancel = &cut_short) noexcept
      : list_wait(on_cancel), queue_(queue) {}

  std::coroutine_handle<> suspend(task_handle h, const char* what) noexcept {
    return list_wait::suspend(h, queue_.waiters, queue_.lock, what);
  }

  wait_queue& queue_;

private:
  static void cut_short(cancel_hook& hook) noexcept;
};

/// Ends the program where something is destroyed that somebody waits in.
void require_no_waiters(const wait_list& list, const char* what) noexcept;
/// For calls that block their thread. @throws std::logic_error in a task, naming `what` was called
void require_no_task(const char* what);

}  // namespace weft::detail
