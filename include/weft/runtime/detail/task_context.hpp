#pragma once

#include <weft/runtime/detail/contract.hpp>
#include <weft/runtime/detail/process_barrier.hpp>
#include <weft/runtime/detail/spinlock.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/detail/trace_point.hpp>
#include <weft/runtime/detail/wait_notes.hpp>
#include <weft/runtime/task.hpp>

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <source_location>

// What a running task is to the runtime, behind go(), task_group and every awaitable.
//
// task_context: one a spawned task, shared by all frames of its call chain. It carries
//   the hook:         null, or what the task has published while it waits
//   the cancel state: none | `pinned` | `cancelling` | `marked`, to be cancelled by its scope |
//                     `cancelled`
//   the join word:    0 running, a handle exists | `detached` | `ended` | the joiner's frame |
//                     the forker's frame, marked, until it goes on | `ended_inline`, which is
//                     `ended` and known to nobody but the forker
// task_scope: the children of one task_group, or of the scheduler's root. A child is in its scope's
//   list from its spawn to its end.
//
// Cancel. A task that is about to suspend stores a hook and takes it back when it resumes, and each
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
//
// Fork. The forker is queued and its child runs at once. A child that ends while its forker is
// still the newest in this worker's queue takes it back and control passes straight on: the child
// was never in a list, never counted, and no other thread has seen it. A forker that goes on in any
// other way (stolen, or run after the child had to wait) makes it an ordinary child first, unless
// the child has ended meanwhile; the scope's lock decides who of the two came first.
//
// Lists of children. A scope has one list for the worker that started its first child (and for who
// is no worker), and further ones as soon as another worker starts a child: so workers that go()
// into one scope do not meet at one lock. A list that is not empty has a share in the scope's
// count.
//
// Locks: a list -> (a hook's own: channel, timer heap, socket) and a list -> a list of a child's
// scope. Nothing takes a scope's lock while it holds a hook's.

namespace weft {
class scheduler;
}

namespace weft::detail {

class scheduler_core;
class task_context;
class task_scope;

std::coroutine_handle<> run_forked(task_handle child, task_handle forker);

/// Which worker a new task belongs to, under the models where it belongs to one.
enum class placement : unsigned char {
  beside,  ///< its spawner's, or one of its own
  dealt,   ///< each in turn, or one of its own
  here,    ///< its spawner's
};

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

class task_context {
public:
  inline task_context(task_scope& scope, task_handle frame, std::uintptr_t join) noexcept;

  /// The awaiter's await_suspend() must have taken a suspension: that says which frame waits.
  /// @return false where the task is cancelled already: then do not suspend
  bool publish(cancel_hook& hook) noexcept {
    if (is_tracing()) [[unlikely]]
      trace_wait(*this, waits_for);
    hook_.store(&hook, std::memory_order_release);
    often_order();
    if (cancel_.load(std::memory_order_acquire) == cancel_state::none) [[likely]]
      return true;
    return finish_publish(hook);
  }
  /// After this no canceller touches the hook.
  void withdraw(cancel_hook& /*the one that was published last*/) noexcept {
    hook_.store(nullptr, std::memory_order_release);
    often_order();
    if (cancel_.load(std::memory_order_acquire) != cancel_state::none) [[unlikely]]
      finish_withdraw();
    if (is_tracing()) [[unlikely]]
      trace_no_wait(*this);
  }
  bool cancelled() const noexcept {
    return cancel_.load(std::memory_order_acquire) >= cancel_state::cancelling;
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
  void unpin() noexcept;
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

  enum class cancel_state : std::uint8_t { none, pinned, cancelling, marked, cancelled };

  // In its scope's address: nobody but a join_handle asks for the task's error.
  static constexpr std::uintptr_t in_root_mark = 1;
  bool in_root() const noexcept { return (scope_ & in_root_mark) != 0; }

  bool finish_publish(cancel_hook& hook) noexcept;
  void finish_withdraw() noexcept;
  bool begin_cancel(cancel_state how) noexcept;
  void end_cancel() noexcept;
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
  atomic<cancel_hook*> hook_{nullptr};
  task_context* previous_;  // with next_, by task_scope::link()
  task_context* next_;
  const std::uintptr_t scope_;  // its address, and the mark
  task_handle frame_;
  atomic<std::uintptr_t> join_;
  // The last 8 of 64 bytes.
  std::atomic<std::uint32_t> traced_as_{0};
  std::uint16_t home_ = 0;
  atomic<cancel_state> cancel_{cancel_state::none};
  // Of its scope. A forked child that ends looks for its list while its forker puts it into one.
  std::uint8_t list_ = 0;
};

/// A task that has not been started or awaited before, or the end of the process.
inline void require_startable(task_handle frame) noexcept {
  if (!frame) [[unlikely]]
    broken_contract("an empty task was started: it was moved from or started before");
  if (frame.promise().caller) [[unlikely]]
    broken_contract("a task was started that had been awaited");
}

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

/// Children of one scope, newest first.
struct child_list {
  spinlock lock;  // for the rest
  std::uint32_t count = 0;
  task_context* first = nullptr;
};

/// The children of a task_group or of a scheduler's root.
class task_scope {
public:
  /// A group passes its first child's error on; the root keeps none and reports instead. The
  /// scheduler's own tasks are under supervision, and no report of a deadlock names them.
  enum class kind { group, root, supervision };

  task_scope(scheduler_core& core, kind k) noexcept;
  ~task_scope();
  task_scope(const task_scope&) = delete;
  task_scope& operator=(const task_scope&) = delete;

  // What starts a child throws std::bad_alloc where it cannot, and nothing has happened then: the
  // frame is still the caller's.

  /// Makes the task a child and queues it.
  /// @param joinable  a join_handle will collect or drop the result
  /// @param started   where, for traces and reports; none: the task's coroutine stands for it
  task_context& spawn(task_handle frame, bool joinable, placement where = placement::beside,
                      std::source_location started = {});
  /// For a thread that does not know whether the scope is open. @return false where it is closed
  bool try_spawn(task_handle frame);
  /// Makes the task a child that is in no queue: the caller passes control to it (scope_run).
  task_context& adopt(task_handle frame, bool joinable);
  /// A context for a child that runs at once, at its forker's home, while that is queued.
  void fork(task_handle frame, task_handle forker) {
    const auto address = reinterpret_cast<std::uintptr_t>(forker.address());
    task_context& child = make_context(frame, address | task_context::forker_mark);
    if (cancelled_.load(std::memory_order_relaxed)) child.cancel();
  }
  /// The forker goes on: from now on the child is one like any other, unless it has ended.
  void adopt_forked(task_context& child) noexcept {
    if (child.join_.load(std::memory_order_relaxed) != task_context::ended_inline) [[unlikely]]
      adopt_running(child);
  }
  /// Once is enough: children that come later are cancelled when they come.
  void cancel() noexcept;
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_acquire); }
  /// As if a child had ended with this error: cancels, and the joiner gets it if it is the first.
  void fail(std::exception_ptr error) noexcept { keep_error(std::move(error)); }

  /// Closes the scope when its last child has ended. @return true where the joiner has to wait
  bool begin_join(task_handle joiner) noexcept;
  /// After a join, and before the root's first run: the scope takes children again.
  void open() noexcept;
  std::exception_ptr take_error() noexcept { return std::exchange(first_error_, nullptr); }

  /// Children that have not ended.
  std::size_t live() const noexcept;
  /// Whether nobody but the owner touches the scope any more. Between joins.
  bool is_quiet() const noexcept { return live_.load(std::memory_order_acquire) == 1; }
  scheduler_core& core() const noexcept { return *core_; }
  /// The task in whose frame the scope is, by its number in traces; 0: none.
  std::uint32_t owner_number() const noexcept { return owner_number_; }

  template <class Visit>
  void for_each_child(Visit visit) {
    for (unsigned number = 0; number <= lists_beside(); ++number) {
      child_list& children = list(number);
      std::lock_guard lock(children.lock);
      for (task_context* child = children.first; child != nullptr; child = child->next_)
        visit(*child);
    }
  }

private:
  friend class task_context;
  friend class scope_registry;
  friend std::coroutine_handle<> complete_spawned(task_handle) noexcept;

  struct links {
    task_scope* previous = nullptr;
    task_scope* next = nullptr;
  };

  task_context& make_context(task_handle frame, std::uintptr_t join) {
    require_startable(frame);
    void* memory = allocate_frame(sizeof(task_context));
    auto& context = *::new (memory) task_context(*this, frame, join);
    frame.promise().context = &context;
    return context;
  }
  static std::uintptr_t first_join_word(bool joinable) noexcept;
  void queue(task_context& child, placement where, const std::source_location& started);
  void attach(task_context& child, placement where, const std::source_location& started) noexcept;
  void leave(std::size_t shares) noexcept;
  void adopt_running(task_context& child) noexcept;
  bool end_before_adoption(task_context& child) noexcept;
  static std::coroutine_handle<> complete(task_handle ended) noexcept;
  static std::coroutine_handle<> complete_slowly(task_handle ended) noexcept;
  std::coroutine_handle<> complete_queued(task_context& child) noexcept;
  std::coroutine_handle<> complete_forked(task_context& child) noexcept;
  std::coroutine_handle<> complete_adopted(task_context& child) noexcept;
  static task_handle take_forker_back(task_context& child) noexcept;
  void list_once() noexcept {
    if (!is_listed_.load(std::memory_order_relaxed)) [[unlikely]]
      enter_registry();
  }
  void enter_registry() noexcept;
  void link(task_context& child, child_list& children) noexcept;
  std::size_t unlink(task_context& child) noexcept;
  std::size_t fail_and_unlink(task_context& child, std::exception_ptr error) noexcept;
  void keep_error(std::exception_ptr error) noexcept;
  std::coroutine_handle<> give_back(std::size_t shares, task_handle woken) noexcept;
  void cancel_all(child_list& children) noexcept;

  class lists;
  unsigned list_of_here() noexcept;
  unsigned further_list_of(unsigned here) noexcept;
  unsigned lists_beside() const noexcept;
  child_list& list(unsigned number) const noexcept;

  scheduler_core* core_;
  // A share each: the owner, who leaves with begin_join(), and each list that is not empty. 0 where
  // the scope is closed.
  atomic<std::size_t> live_;
  atomic<bool> cancelled_{false};
  task_handle joiner_;
  mutable child_list children_;      // number 0
  atomic<lists*> further_{nullptr};  // number 1 and up, from the first one that needs them on
  std::exception_ptr first_error_;   // under the lock of number 0
  const kind kind_;
  // Who started the first child; from then on the scope is in the scheduler's registry.
  atomic<unsigned char> shard_{0};
  atomic<bool> is_listed_{false};
  const std::uint32_t owner_number_;
  links listed_;  // under the shard's lock
};

inline task_context::task_context(task_scope& scope, task_handle frame,
                                  std::uintptr_t join) noexcept
    : scope_(reinterpret_cast<std::uintptr_t>(&scope) |
             (scope.kind_ == task_scope::kind::root ? in_root_mark : 0)),
      frame_(frame),
      join_(join) {
  if (keeps_notes() && scope.kind_ != task_scope::kind::supervision) [[unlikely]]
    note_start(*this);
}

/// One side of go(): the frame of a spawned task until somebody has collected its result.
class join_state {
public:
  join_state() noexcept : context_(nullptr) {}
  explicit join_state(task_context& context) noexcept : context_(&context) {}
  join_state(join_state&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
  join_state& operator=(join_state&& other) noexcept {
    if (this != &other) {
      if (context_ != nullptr) drop(*context_);
      context_ = std::exchange(other.context_, nullptr);
    }
    return *this;
  }
  ~join_state() {
    if (context_ != nullptr) drop(*context_);
  }

  /// Also where there is no task.
  bool ended() const noexcept {
    return context_ == nullptr ||
           task_context::has_ended(context_->join_.load(std::memory_order_acquire));
  }
  /// @return false where the task has ended already
  bool suspend(task_handle joiner) noexcept;
  void cancel() noexcept {
    if (context_ != nullptr) context_->cancel();
  }
  /// Leaves the task where it is: for one that will never run again.
  void abandon() noexcept { context_ = nullptr; }
  task_handle frame() const noexcept {
    if (context_ == nullptr) [[unlikely]]
      broken_contract("a join_handle was moved while somebody awaits its join()");
    return context_->frame();
  }
  /// Until the task is collected.
  task_context& context() const noexcept { return *context_; }
  /// Destroys the frame of an ended task, whose result has been taken.
  void collect() noexcept { std::exchange(context_, nullptr)->free(); }
  explicit operator bool() const noexcept { return context_ != nullptr; }

private:
  static void drop(task_context& context) noexcept;

  task_context* context_;
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
/// Queues the forker for whoever comes first, and passes control to its child.
/// @throws std::bad_alloc: then the child is still the caller's, and the forker is in no queue
std::coroutine_handle<> run_forked(task_handle child, task_handle forker);

/// The task that this thread runs. @return null outside of tasks
task_context* current_context() noexcept;
/// As current_context(). @throws std::logic_error outside of tasks, naming `what` was called
task_context& require_context(const char* what);

}  // namespace weft::detail
