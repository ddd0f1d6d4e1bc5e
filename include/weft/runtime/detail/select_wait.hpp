#pragma once

#include <weft/base/clock.hpp>
#include <weft/runtime/detail/channel_core.hpp>
#include <weft/runtime/detail/task_context.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/detail/timer.hpp>
#include <weft/runtime/detail/wait_list.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>

// How a select waits for several things and goes on with one.
//
// First it tries the cases one after another from a random one on, one channel's lock at a time. If
// none is ready it takes the locks of all its channels, in the order of their addresses and each
// once, tries again, and only if still none is ready puts a waiter into each channel's list, makes
// its cancel hook and timer known, and releases the locks.
//
// Exactly one. All its waiters share one claim. Who ends the wait (a partner that took a waiter out
// under its channel's lock, the timer, the cancel hook) must win the claim first; the winner alone
// makes the task ready, the losers touch nothing more.
//
// Two selects that face each other neither block nor both lose. A select has waiters in lists only
// after it has let go of all locks, and it claims others only while it has none there: so who
// claims cannot itself be claimed at that time, and one compare-and-swap decides. Locks are taken
// in one order, and nothing waits for a lock of a channel while it holds the claim. Timer and hook
// take no channel's lock; the timer heap's own is taken inside the channels'.
//
// The end. The task takes its other waiters out, each under its channel's lock, and waits for a
// canceller or an expiry that is under way. It may be made ready while suspend() still holds locks:
// it needs each of them before its frame can go, so suspend() may use the frame until it releases
// the last.

namespace weft::detail {

/// One case: a waiter that shares its select's claim.
class select_case : public claimed_waiter {
public:
  enum class kind : std::uint8_t { channel, timer, on_cancel, otherwise };
  /// Completes the case if it need not wait, with the channel's lock held.
  using attempt_function = transfer (*)(select_case&) noexcept;

  select_case(attempt_function try_it, channel_base& c, wait_list& list) noexcept
      : channel(&c), own_list(&list), attempt(try_it), what(kind::channel) {}
  explicit select_case(kind k) noexcept : what(k) {}
  select_case(const select_case&) = delete;
  select_case& operator=(const select_case&) = delete;

  channel_base* const channel = nullptr;
  wait_list* const own_list = nullptr;
  const attempt_function attempt = nullptr;
  const kind what;
};

/// A case that is ready after some time.
class select_timer : public select_case, public timer {
public:
  explicit select_timer(duration wait) noexcept
      : select_case(kind::timer), timer(&expire), wait_(wait) {}

  duration wait() const noexcept { return wait_; }
  /// After this the expiry does not touch the case any more.
  void disarm() noexcept;

private:
  static void expire(timer& t) noexcept;

  const duration wait_;
  atomic<bool> expired_in_vain_{false};
};

class select_wait : cancel_hook {
public:
  select_wait(const select_wait&) = delete;
  select_wait& operator=(const select_wait&) = delete;

protected:
  using case_list = std::span<select_case* const>;

  select_wait() noexcept : cancel_hook(&cut_short) {}

  /// @param otherwise  chosen where no case is ready, unless it is the number of cases
  bool try_all(case_list cases, std::uint32_t otherwise) noexcept;
  /// @param locks      room for as many as there are cases
  /// @param on_cancel  chosen where the task is cancelled
  std::coroutine_handle<> suspend(task_handle h, case_list cases, std::span<spinlock*> locks,
                                  std::uint32_t on_cancel) noexcept;
  /// @return the index of the chosen case; on_cancel where the wait was cancelled
  std::size_t finish(case_list cases, std::uint32_t on_cancel) noexcept {
    return task_ ? end_wait(cases, on_cancel) : chosen_;
  }

private:
  static void cut_short(cancel_hook& hook) noexcept;

  bool try_once(case_list cases, bool has_locks) noexcept;
  std::size_t end_wait(case_list cases, std::uint32_t on_cancel) noexcept;
  void enter(task_handle h, case_list cases, std::span<spinlock* const> locks) noexcept;
  bool arm(task_context& context, case_list cases);
  static void leave(case_list cases, const void* winner) noexcept;

  select_claim claim_;
  task_handle task_;  // null until it suspends
  std::uint32_t first_ = 0;
  std::uint32_t chosen_ = 0;
};

}  // namespace weft::detail
