#pragma once

#include <weft/runtime/detail/cancellable.hpp>
#include <weft/runtime/detail/contract.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/detail/trace_point.hpp>
#include <weft/runtime/detail/wait_notes.hpp>
#include <weft/runtime/task.hpp>

#include <atomic>
#include <bit>
#include <coroutine>
#include <cstdint>
#include <source_location>

// What a running task is to the runtime, behind go(), task_group and every awaitable: its context,
// one a spawned task, shared by all frames of its call chain. Beside the hook and the cancel state
// (cancellable.hpp) it carries
//
//   the join word:  0 running, a handle exists | `detached` | `ended` | the joiner's frame |
//                   the forker's frame, marked, until it goes on | `ended_inline`, which is
//                   `ended` and known to nobody but the forker
//
// and its place in the list of its scope's children (task_scope.hpp).

namespace weft::detail {

class task_scope;

/// What a task waits for, as a text for reports. Until its first wait the room is for where the
/// task was started, which a dump may read while the task runs.
class wait_note {
public:
  wait_note() noexcept = default;
  wait_note(const wait_note&) = delete;
  wait_note& operator=(const wait_note&) = delete;

  wait_note& operator=(const char* text) noexcept {
    word_.store(reinterpret_cast<std::uintptr_t>(text), std::memory_order_relaxed);
    return *this;
  }
  /// @return null before the first wait
  operator const char*() const noexcept {
    const std::uintptr_t word = word_.load(std::memory_order_relaxed);
    return (word & place_mark) == 0 ? reinterpret_cast<const char*>(word) : nullptr;
  }
  /// With the libraries of g++ and clang a source_location is a pointer to what the compiler made.
  /// @param otherwise  where `place` is none
  void set_start(const std::source_location& place,
                 const std::source_location& otherwise) noexcept {
    auto word = std::bit_cast<std::uintptr_t>(place);
    if (word == 0) word = std::bit_cast<std::uintptr_t>(otherwise);
    word_.store(word | place_mark, std::memory_order_relaxed);
  }
  /// @return without a line after the first wait, and where set_start() has not been called
  std::source_location start() const noexcept {
    const std::uintptr_t word = word_.load(std::memory_order_relaxed);
    return std::bit_cast<std::source_location>((word & place_mark) != 0 ? word & ~place_mark : 0);
  }

private:
  static constexpr std::uintptr_t place_mark = ~(UINTPTR_MAX >> 1);  // of no text's address

  // For other threads' eyes only, so not detail::atomic (see weft/base/counter.hpp).
  std::atomic<std::uintptr_t> word_{0};
};

class task_context : public cancellable {
  // First, since they fill what cancellable leaves of 16 bytes: the whole is a cache line.
  std::uint8_t list_ = 0;  // of its scope; a forked child that ends looks for it while its forker
                           // puts it into one
  std::uint16_t home_ = 0;
  std::atomic<std::uint32_t> traced_as_{0};

public:
  inline task_context(task_scope& scope, task_handle frame, std::uintptr_t join) noexcept;

  /// The awaiter's await_suspend() must have taken a suspension: that says which frame waits.
  /// @return false where the task is cancelled already: then do not suspend
  bool publish(cancel_hook& hook) noexcept {
    if (is_tracing()) [[unlikely]]
      trace_wait(*this, waits_for);
    if (cancellable::publish(hook)) [[likely]]
      return true;
    trace_no_wait(*this);
    return false;
  }
  /// After this no canceller touches the hook.
  void withdraw(cancel_hook& /*the one that was published last*/) noexcept {
    cancellable::withdraw();
    if (is_tracing()) [[unlikely]]
      trace_no_wait(*this);
  }
  void cancel() noexcept;
  /// The task waits as before again, unless its scope is cancelled: for the task itself, once
  /// nobody cancels it any more but the scope.
  void take_cancel_back() noexcept;

  task_scope& scope() const noexcept {
    return *reinterpret_cast<task_scope*>(scope_ & ~in_root_mark);
  }
  /// The frame that waits, in the order of calls the innermost; before the first wait and after
  /// the end, the spawned one. For the task itself, and for who has pinned it.
  task_handle frame() const noexcept { return frame_; }
  void set_frame(task_handle innermost) noexcept { frame_ = innermost; }

  /// Keeps a waiting task from going on, and its frames as they are, until unpin(). The task's
  /// scope must be locked. @return false where the task has no hook published
  bool pin() noexcept;
  void unpin() noexcept { cancellable::unpin(); }
  /// The task's number in traces; 0 until it is first recorded.
  std::atomic<std::uint32_t>& traced_as() noexcept { return traced_as_; }

  /// The worker that alone runs the task, under the models where there is one.
  std::uint32_t home() const noexcept { return home_; }
  void set_home(std::uint32_t id) noexcept { home_ = static_cast<std::uint16_t>(id); }

  /// Written before each wait.
  wait_note waits_for;

private:
  friend class task_scope;
  friend class join_state;
  friend std::coroutine_handle<> complete_spawned(task_handle) noexcept;
  friend std::coroutine_handle<> run_forked_slowly(task_handle, task_handle);

  // Values of the join word beside a joiner's frame address, and a forker's with its lowest bit
  // set.
  static constexpr std::uintptr_t running = 0;
  static constexpr std::uintptr_t forker_mark = 1;
  static constexpr std::uintptr_t ended = 2;
  static constexpr std::uintptr_t ended_inline = 6;
  static constexpr std::uintptr_t detached = 8;
  static bool has_forker(std::uintptr_t join) noexcept { return (join & forker_mark) != 0; }
  static bool has_ended(std::uintptr_t join) noexcept { return (join & ended) != 0; }

  // In its scope's address: nobody but a join_handle asks for the task's error.
  static constexpr std::uintptr_t in_root_mark = 1;
  bool in_root() const noexcept { return (scope_ & in_root_mark) != 0; }

  bool begin_cancel(cancel_state how) noexcept;
  /// With the frame of the ended task, whose result has been taken.
  void free() noexcept {
    frame_.destroy();
    free_context();
  }
  void free_with_result() noexcept {
    frame_.promise().error = nullptr;
    free();
  }
  void free_context() noexcept {
    this->~task_context();
    release_frame(this, sizeof(task_context));
  }

  // What a forked child seldom needs is written where it does: a fork costs what it stores.
  task_context* previous_;  // with next_, by task_scope::link()
  task_context* next_;
  const std::uintptr_t scope_;  // its address, and the mark
  task_handle frame_;
  atomic<std::uintptr_t> join_;
};

static_assert(sizeof(task_context) == 64);

/// What await_suspend() takes: the task that suspends. Made from the coroutine's handle at the
/// co_await, whose place it leaves in the frame for dumps and stall reports.
class suspension {
public:
  template <class Promise>
  suspension(std::coroutine_handle<Promise> h,
             const std::source_location& where = std::source_location::current()) noexcept
      : task_(task_handle::from_address(h.address())) {
    static_assert(weft_promise<Promise>,
                  "what weft gives to await is awaited in a weft task; start one from other code "
                  "with scheduler::run() or spawn(), or with submit()");
    promise_base& promise = h.promise();
    promise.where = where;
    promise.context->set_frame(task_);
  }
  task_handle task() const noexcept { return task_; }

private:
  task_handle task_;
};

/// Puts a suspended task into a run queue; from any thread.
void make_ready(task_handle h) noexcept;
/// As make_ready(), but behind everything that is queued.
void make_ready_last(task_handle h) noexcept;
/// What a worker runs right after the caller suspended: the next ready task, or none.
std::coroutine_handle<> next_ready() noexcept;
/// As make_ready(woken), where that is not null, and next_ready().
std::coroutine_handle<> next_ready(task_handle woken) noexcept;
/// Control passes to h on this thread: for the return value of await_suspend.
std::coroutine_handle<> transfer_to(task_handle h) noexcept;

/// The task that this thread runs. @return null outside of tasks
task_context* current_context() noexcept;
/// As current_context(). @throws std::logic_error outside of tasks, naming `what` was called
task_context& require_context(const char* what);

}  // namespace weft::detail
