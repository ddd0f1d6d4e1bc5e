#pragma once

#include <weft/runtime/detail/threading.hpp>

#include <cstdint>

namespace weft {

namespace detail {
class task_context;
}

/// A stretch of a task's work that others may cancel, without ending the task for good.
///
///     window.open();
///     co_await answer(request);          // in here its waits end when somebody cancels the window
///     const bool cut_short = window.close();
///     co_await say_what_happened();      // waits as ever
///
/// It costs no frame, no scope and no child: for work that is usually over before anybody thinks of
/// cancelling it, such as the handler of each request. with_deadline() is for all other cases.
/// What the stretch has started in groups of its own must be joined before it ends, as always.
/// Concurrent  cancel() from any thread while the window exists; open() and close() by its task
/// Cost        a store to open it, one read-modify-write to close it
class cancel_window {
public:
  cancel_window() = default;
  cancel_window(const cancel_window&) = delete;
  cancel_window& operator=(const cancel_window&) = delete;

  /// From here on cancel() reaches the running task. @throws std::logic_error outside of tasks
  void open();
  /// Afterwards no canceller touches the task, and it waits as before, unless its scope has been
  /// cancelled too. @return whether somebody has cancelled the window
  bool close() noexcept {
    auto seen = state::open;
    if (state_.compare_exchange_strong(seen, state::closed, std::memory_order_acq_rel)) [[likely]]
      return false;
    return close_claimed();
  }
  bool is_open() const noexcept { return state_.load(std::memory_order_relaxed) == state::open; }
  /// Nothing where the window is closed. @return whether it was open
  bool cancel() noexcept {
    return cancel_if([] { return true; });
  }
  /// As cancel(), if the window is to be cancelled.
  /// @param is_due  called while the task cannot leave the window: short, and must not throw
  template <class Predicate>
  bool cancel_if(Predicate is_due) noexcept {
    if (!claim()) return false;
    const bool due = is_due();
    decide(due);
    return due;
  }

  /// Calls a function while the task cannot leave the window; nothing where it is closed.
  /// @param look  called with the task's number, as in dumps, traces and stall_report; 0: it has
  ///              none yet. Short, and must not throw
  template <class Look>
  void if_open(Look look) noexcept {
    if (!claim()) return;
    look(task_number());
    decide(false);
  }

private:
  enum class state : unsigned char { closed, open, claimed, cancelled };

  bool claim() noexcept;
  std::uint32_t task_number() const noexcept;
  void decide(bool cancels) noexcept;
  bool close_claimed() noexcept;

  detail::task_context* task_ = nullptr;
  detail::atomic<state> state_{state::closed};
};

}  // namespace weft
