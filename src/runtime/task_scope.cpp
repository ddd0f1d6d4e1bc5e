#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/detail/contract.hpp>
#include <weft/runtime/detail/task_scope.hpp>
#include <weft/runtime/detail/threading.hpp>

#include "scheduler_core.hpp"
#include "trace_recorder.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

namespace weft::detail {
namespace {

task_handle to_handle(std::uintptr_t word) noexcept {
  return task_handle::from_address(reinterpret_cast<void*>(word));
}

// More workers than that share them.
constexpr unsigned most_lists = 15;

std::uint32_t number_of_owner(task_scope::kind k) noexcept {
  task_context* owner = k == task_scope::kind::group ? current_context() : nullptr;
  return owner != nullptr ? traced_number(*owner) : 0;
}

}  // namespace

/// A cache line each.
class task_scope::lists {
public:
  explicit lists(unsigned count) : lists_(std::make_unique<line[]>(count)), count_(count) {}
  unsigned count() const noexcept { return count_; }
  child_list& operator[](unsigned index) noexcept { return lists_[index].children; }

private:
  struct alignas(64) line {
    child_list children;
  };
  std::unique_ptr<line[]> lists_;
  unsigned count_;
};

task_scope::task_scope(scheduler_core& core, kind k) noexcept
    : core_(&core), live_(k == kind::root ? 0 : 1), kind_(k), owner_number_(number_of_owner(k)) {
  if (kind_ == kind::root) list_once();
}

task_scope::~task_scope() {
  if (is_listed_.load(std::memory_order_relaxed)) {
    core_->scopes().remove(*this, shard_.load(std::memory_order_relaxed));
  }
  delete further_.load(std::memory_order_relaxed);
}

void task_scope::enter_registry() noexcept {
  if (kind_ == kind::supervision) return;
  if (is_listed_.exchange(true, std::memory_order_relaxed)) return;
  const auto here = static_cast<unsigned char>(this_worker != nullptr ? this_worker->id() : 0);
  shard_.store(here, std::memory_order_relaxed);
  core_->scopes().add(*this, here);
}

// ------------------------------------------------------------------ lists of children

child_list& task_scope::list(unsigned number) const noexcept {
  return number == 0 ? children_ : (*further_.load(std::memory_order_acquire))[number - 1];
}

unsigned task_scope::lists_beside() const noexcept {
  const lists* further = further_.load(std::memory_order_seq_cst);
  return further != nullptr ? further->count() : 0;
}

inline unsigned task_scope::list_of_here() noexcept {
  if (this_worker == nullptr) return 0;
  const unsigned here = this_worker->id();
  if (further_.load(std::memory_order_acquire) == nullptr &&
      static_cast<unsigned char>(here) == shard_.load(std::memory_order_relaxed)) {
    return 0;
  }
  return further_list_of(here);
}

unsigned task_scope::further_list_of(unsigned here) noexcept {
  lists* further = further_.load(std::memory_order_acquire);
  if (further == nullptr) {
    try {
      auto fresh = std::make_unique<lists>(std::min(core_->worker_slots(), most_lists));
      if (further_.compare_exchange_strong(further, fresh.get(), std::memory_order_seq_cst)) {
        further = fresh.release();
      }
    } catch (const std::bad_alloc&) {
      return 0;  // that one serves all
    }
  }
  return 1 + here % further->count();
}

std::size_t task_scope::live() const noexcept {
  std::size_t count = 0;
  for (unsigned number = 0; number <= lists_beside(); ++number) {
    child_list& children = list(number);
    std::lock_guard lock(children.lock);
    count += children.count;
  }
  return count;
}

// Under the list's lock, and while the caller or the owner has a share in the scope.
inline void task_scope::link(task_context& child, child_list& children) noexcept {
  if (children.count++ == 0) live_.fetch_add(1, std::memory_order_relaxed);
  child.previous_ = nullptr;
  child.next_ = children.first;
  if (children.first != nullptr) children.first->previous_ = &child;
  children.first = &child;
  // Whoever cancels has set this before it looks for lists, and at this one.
  if (cancelled_.load(std::memory_order_seq_cst)) child.cancel();
}

// @return the shares in the scope that the caller has from now on: without one the scope may go
inline std::size_t task_scope::unlink(task_context& child) noexcept {
  child_list& children = list(child.list_);
  std::lock_guard lock(children.lock);
  (child.previous_ != nullptr ? child.previous_->next_ : children.first) = child.next_;
  if (child.next_ != nullptr) child.next_->previous_ = child.previous_;
  return --children.count == 0 ? 1 : 0;
}

// ------------------------------------------------------------------ starting

void task_scope::open() noexcept {
  cancelled_.store(false, std::memory_order_relaxed);
  joiner_ = nullptr;
  live_.store(1, std::memory_order_release);
}

std::uintptr_t task_scope::first_join_word(bool joinable) noexcept {
  return joinable ? task_context::running : task_context::detached;
}

task_context& task_scope::spawn(task_handle frame, bool joinable, placement where,
                                std::source_location started) {
  task_context& child = make_context(frame, first_join_word(joinable));
  queue(child, where, started);
  return child;
}

bool task_scope::try_spawn(task_handle frame) {
  task_context& child = make_context(frame, task_context::detached);
  std::size_t seen = live_.load(std::memory_order_acquire);
  do {
    if (seen == 0) {
      child.free_context();
      return false;
    }
  } while (!live_.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire));
  try {
    queue(child, core_->placement_of_background(), {});
  } catch (...) {
    leave(1);
    throw;
  }
  leave(1);
  return true;
}

task_context& task_scope::adopt(task_handle frame, bool joinable) {
  task_context& child = make_context(frame, first_join_word(joinable));
  attach(child, placement::here, {});
  return child;
}

[[gnu::always_inline]] inline void task_scope::queue(task_context& child, placement where,
                                                     const std::source_location& started) {
  attach(child, where, started);
  try {
    core_->make_ready(child.frame());
  } catch (...) {
    core_->vacate(child);
    const std::size_t shares = unlink(child);
    child.free_context();
    leave(shares);
    throw;
  }
}

// go() is too hot for calls on its way.
[[gnu::always_inline]] inline void task_scope::attach(
    task_context& child, placement where, const std::source_location& started) noexcept {
  child.waits_for.set_start(started, child.frame().promise().where);
  list_once();
  core_->settle(child, where);
  child.list_ = static_cast<std::uint8_t>(list_of_here());
  {
    child_list& children = list(child.list_);
    std::lock_guard lock(children.lock);
    link(child, children);
  }
  if (is_tracing()) [[unlikely]]
    trace_spawn(child, started);
}

// Of one that never ran, or of who comes from outside. The last may have been waited for meanwhile.
void task_scope::leave(std::size_t shares) noexcept {
  if (shares != 0 && live_.fetch_sub(shares, std::memory_order_acq_rel) == shares) {
    make_ready(joiner_);
  }
}

// Forked children are in list 0: only those whose forker was stolen come into any.
void task_scope::adopt_running(task_context& child) noexcept {
  list_once();
  std::lock_guard lock(children_.lock);
  if (child.join_.load(std::memory_order_relaxed) == task_context::ended) return;
  child.join_.store(task_context::running, std::memory_order_relaxed);
  core_->settle(child, placement::here);
  link(child, children_);
}

// The forker has not passed adopt_running(), which takes the same lock: the scope is alive.
bool task_scope::end_before_adoption(task_context& child) noexcept {
  std::lock_guard lock(children_.lock);
  if (!task_context::has_forker(child.join_.load(std::memory_order_relaxed))) return false;
  child.join_.store(task_context::ended, std::memory_order_release);
  return true;
}

void task_scope::cancel() noexcept {
  // Not only to save time: a child's hook may lead back to this scope, whose lock is held then.
  if (cancelled_.exchange(true, std::memory_order_seq_cst)) return;
  trace(trace_kind::scope_cancel, trace_id(this));
  for (unsigned number = 0; number <= lists_beside(); ++number) cancel_all(list(number));
}

// Nobody else marks them, and none of them leaves.
void task_scope::cancel_all(child_list& children) noexcept {
  std::lock_guard lock(children.lock);
  if (children.first == nullptr) return;
  for (task_context* child = children.first; child != nullptr; child = child->next_)
    child->begin_cancel(task_context::cancel_state::marked);
  core_->order_before_hooks();
  for (task_context* child = children.first; child != nullptr; child = child->next_) {
    if (child->begin_marked_cancel()) child->end_cancel();
  }
}

bool task_scope::begin_join(task_handle joiner) noexcept {
  if (joiner_) broken_contract("a task_group was joined while another join() of it waits");
  joiner_ = joiner;
  trace(trace_kind::scope_join, trace_id(this), static_cast<std::uint32_t>(live()));
  return live_.fetch_sub(1, std::memory_order_acq_rel) != 1;
}

void task_scope::keep_error(std::exception_ptr error) noexcept {
  if (kind_ != kind::group) return;
  {
    std::lock_guard lock(children_.lock);
    if (!first_error_) first_error_ = std::move(error);
  }
  cancel();
}

// An ended child is not cancelled for its own error, and the scope stays until that is kept.
std::size_t task_scope::fail_and_unlink(task_context& child, std::exception_ptr error) noexcept {
  live_.fetch_add(1, std::memory_order_relaxed);
  const std::size_t shares = unlink(child);
  keep_error(std::move(error));
  return shares + 1;
}

std::coroutine_handle<> task_scope::give_back(std::size_t shares, task_handle woken) noexcept {
  // Who does not bring the count to zero must not touch the scope any more; who does finds the
  // joiner suspended, and so the scope alive.
  if (live_.fetch_sub(shares, std::memory_order_acq_rel) != shares) return next_ready(woken);
  if (woken) make_ready(woken);
  if (is_tracing()) [[unlikely]]
    trace_ready(*joiner_.promise().context);
  return transfer_to(joiner_);
}

std::coroutine_handle<> task_scope::complete_queued(task_context& child) noexcept {
  if (is_tracing()) [[unlikely]]
    trace_end(child);
  return complete_adopted(child);
}

std::coroutine_handle<> task_scope::complete_adopted(task_context& child) noexcept {
  core_->vacate(child);
  // Every reference to it that this thread takes is gone before the joiner may read it.
  const std::exception_ptr& error = child.frame().promise().error;
  const bool reports = error && child.in_root();
  const std::size_t shares = error ? fail_and_unlink(child, error) : unlink(child);
  const std::uintptr_t join = child.join_.exchange(task_context::ended, std::memory_order_acq_rel);
  task_handle joiner;
  if (join == task_context::detached) {
    if (reports) report_unhandled(error);
    child.free_with_result();
    trace_time_passes();
  } else if (join != task_context::running) {
    joiner = to_handle(join);
  }
  return shares != 0 ? give_back(shares, joiner) : next_ready(joiner);
}

// @return null where the child is to end like any other
[[gnu::always_inline]] inline task_handle task_scope::take_forker_back(
    task_context& child) noexcept {
  const auto join = child.join_.load(std::memory_order_relaxed);
  const auto forker = to_handle(join & ~task_context::forker_mark);
  if (!this_worker->take_back(forker)) return nullptr;
  child.join_.store(task_context::ended_inline, std::memory_order_relaxed);
  return forker;
}

std::coroutine_handle<> task_scope::complete_forked(task_context& child) noexcept {
  if (is_tracing()) trace_end(child);
  if (const auto& error = child.frame().promise().error) keep_error(error);
  checkpoint();
  if (const auto forker = take_forker_back(child)) return this_worker->enter(forker);
  if (end_before_adoption(child)) return this_worker->take_next();
  return complete_adopted(child);
}

[[gnu::noinline]] std::coroutine_handle<> task_scope::complete_slowly(task_handle ended) noexcept {
  if (ended.promise().context == nullptr) {
    broken_contract("a task was resumed by hand, outside of a scheduler");
  }
  task_context& child = *ended.promise().context;
  child.set_frame(ended);
  const bool is_forked = task_context::has_forker(child.join_.load(std::memory_order_relaxed));
  task_scope& scope = child.scope();
  return is_forked ? scope.complete_forked(child) : scope.complete_queued(child);
}

// The end of nearly every fork is here, without a call: so no register is saved for it.
std::coroutine_handle<> task_scope::complete(task_handle ended) noexcept {
  const promise_base& promise = ended.promise();
  if (promise.context == nullptr || promise.error || is_tracing()) [[unlikely]]
    return complete_slowly(ended);
  task_context& child = *promise.context;
  if (task_context::has_forker(child.join_.load(std::memory_order_relaxed))) {
    if (const auto forker = take_forker_back(child)) [[likely]] {
      child.set_frame(ended);
      return this_worker->enter(forker);
    }
  }
  return complete_slowly(ended);
}

std::coroutine_handle<> complete_spawned(task_handle ended) noexcept {
  return task_scope::complete(ended);
}

}  // namespace weft::detail
