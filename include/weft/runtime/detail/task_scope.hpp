#pragma once

#include <weft/runtime/detail/contract.hpp>
#include <weft/runtime/detail/spinlock.hpp>
#include <weft/runtime/detail/task_context.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/detail/wait_notes.hpp>
#include <weft/runtime/task.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <source_location>
#include <utility>

// The children of one task_group, or of the scheduler's root. A child is in its scope's list from
// its spawn to its end.
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

namespace weft::detail {

class scheduler_core;

/// Queues the forker for whoever comes first, and passes control to its child.
/// @throws std::bad_alloc: then the child is still the caller's, and the forker is in no queue
std::coroutine_handle<> run_forked(task_handle child, task_handle forker);

/// Which worker a new task belongs to, under the models where it belongs to one.
enum class placement : unsigned char {
  beside,  ///< its spawner's, or one of its own
  dealt,   ///< each in turn, or one of its own
  here,    ///< its spawner's
};

/// A task that has not been started or awaited before, or the end of the process.
inline void require_startable(task_handle frame) noexcept {
  if (!frame) [[unlikely]]
    broken_contract("an empty task was started: it was moved from or started before");
  if (frame.promise().caller) [[unlikely]]
    broken_contract("a task was started that had been awaited");
}

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

}  // namespace weft::detail
