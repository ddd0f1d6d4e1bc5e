#pragma once

#include <weft/runtime/detail/process_barrier.hpp>
#include <weft/runtime/detail/threading.hpp>

#include <atomic>
#include <cstdint>

// How who cancels a task, who dumps it, and the task itself, which begins and ends to wait
// meanwhile, come to terms:
//
//   the hook:         null, or what the task has published while it waits
//   the cancel state: none | `pinned` | `cancelling` | `marked`, to be cancelled by its scope |
//                     `cancelled`
//
// A task that is about to suspend stores a hook and takes it back when it resumes, and each
// time then looks at the state. A canceller moves none -> cancelling, then looks for a hook; if
// there is one and it can claim it (hook -> null), it calls it; then -> cancelled. Between its
// store and its look the task passes often_order(), the canceller seldom_order(): so either the
// task sees that it is cancelled, or the canceller sees the hook. A task that has published sees
// it and takes the hook back, unless the canceller has it. A task that resumes sees it and waits
// for the canceller's last touch before its frame may go. Cancelled is for ever: every later
// cancellable wait ends at once. A scope marks all its children and orders that once.
//
// A dump of all tasks (task_dump.cpp) looks at the frames of a task that waits: none -> pinned, if
// there is a hook, -> none. A task that finds `pinned` when it resumes, and a canceller that does,
// wait for that.

namespace weft::detail {

/// How a suspended awaitable is woken early. Lives in the awaiter.
class cancel_hook {
public:
  /// Called at most once, on any thread, when the task is cancelled while it waits. Must make the
  /// task ready, unless it already is, and never resume it inline.
  using function = void (*)(cancel_hook&) noexcept;
  /// @param on_cancel  null where it is to be set before the hook is published
  explicit cancel_hook(function on_cancel) noexcept : on_cancel_(on_cancel) {}
  void set(function on_cancel) noexcept { on_cancel_ = on_cancel; }
  bool is_set() const noexcept { return on_cancel_ != nullptr; }
  void call() noexcept { on_cancel_(*this); }

private:
  function on_cancel_;
};

/// The part of a task that says whether it is cancelled, and how to wake it for that.
class cancellable {
public:
  bool cancelled() const noexcept {
    return state_.load(std::memory_order_acquire) >= cancel_state::cancelling;
  }

protected:
  enum class cancel_state : std::uint8_t { none, pinned, cancelling, marked, cancelled };

  cancellable() noexcept = default;

  /// @return false where the task is cancelled already, and the hook is not published then
  bool publish(cancel_hook& hook) noexcept {
    hook_.store(&hook, std::memory_order_release);
    often_order();
    if (state_.load(std::memory_order_acquire) == cancel_state::none) [[likely]]
      return true;
    return finish_publish(hook);
  }
  /// After this no canceller touches the hook.
  void withdraw() noexcept {
    hook_.store(nullptr, std::memory_order_release);
    often_order();
    if (state_.load(std::memory_order_acquire) != cancel_state::none) [[unlikely]]
      finish_withdraw();
  }

  // Cancelling is begun, or marked and later begun; then come an order and the end.
  /// @param how  `cancelling` or `marked`
  /// @return false where it is cancelled already, or somebody else is about to
  bool begin_cancel(cancel_state how) noexcept;
  /// @return false where it is not marked any more
  bool begin_marked_cancel() noexcept;
  void end_cancel() noexcept;
  /// Waits for a canceller that is about, except for one that has only marked it.
  void clear_cancel() noexcept;

  // Pinning is begun, and after an order ended.
  /// @return false where no hook is published, or somebody cancels or has cancelled
  bool begin_pin() noexcept;
  /// @return false where the task has gone on, and is not pinned
  bool end_pin() noexcept;
  void unpin() noexcept;

private:
  bool finish_publish(cancel_hook& hook) noexcept;
  void finish_withdraw() noexcept;

  atomic<cancel_hook*> hook_{nullptr};
  atomic<cancel_state> state_{cancel_state::none};
};

}  // namespace weft::detail
