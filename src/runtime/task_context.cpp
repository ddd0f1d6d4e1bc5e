#include <weft/runtime/contract.hpp>
#include <weft/runtime/task_context.hpp>
#include <weft/runtime/threading.hpp>

#include "scheduler_core.hpp"
#include "trace_recorder.hpp"

#include <mutex>

namespace weft::detail {
namespace {

std::uintptr_t to_word(task_handle h) noexcept {
  return reinterpret_cast<std::uintptr_t>(h.address());
}

task_handle to_handle(std::uintptr_t word) noexcept {
  return task_handle::from_address(reinterpret_cast<void*>(word));
}

// Of the join word: see task_context::forker_mark.
bool has_forker(std::uintptr_t join) noexcept { return (join & 1) != 0 && join != 1; }

// What the dumping thread has pinned. One task at a time, so it needs no room in each context.
constinit thread_local std::uintptr_t pinned_hook = 0;

std::uint32_t number_of_owner(task_scope::kind k) noexcept {
  task_context* owner = k == task_scope::kind::group ? current_context() : nullptr;
  return owner != nullptr ? traced_number(*owner) : 0;
}

}  // namespace

void task_context::cancel() noexcept {
  std::uintptr_t seen = cancel_.load(std::memory_order_acquire);
  for (;;) {
    if (seen >= cancelling) return;
    if (seen == pinned) {
      give_way();
      seen = cancel_.load(std::memory_order_acquire);
      continue;
    }
    const std::uintptr_t next = seen == 0 ? cancelled_for_ever : cancelling;
    if (cancel_.compare_exchange_weak(seen, next, std::memory_order_seq_cst)) break;
  }
  trace(trace_kind::task_cancel, *this);
  if (seen == 0) return;
  reinterpret_cast<cancel_hook*>(seen)->call();
  cancel_.store(cancelled_for_ever, std::memory_order_release);
}

void task_context::finish_withdraw(cancel_hook& hook) noexcept {
  const auto own = reinterpret_cast<std::uintptr_t>(&hook);
  for (;;) {
    std::uintptr_t seen = own;
    if (cancel_.compare_exchange_strong(seen, 0, std::memory_order_acq_rel)) return;
    if (seen == cancelled_for_ever) return;
    give_way();  // pinned, or a canceller is in the hook
  }
}

bool task_context::pin() noexcept {
  std::uintptr_t seen = cancel_.load(std::memory_order_acquire);
  if (seen == 0 || seen > hook_limit) return false;
  if (!cancel_.compare_exchange_strong(seen, pinned, std::memory_order_acq_rel)) return false;
  pinned_hook = seen;
  return true;
}

// Nobody changes the word while it says `pinned`.
void task_context::unpin() noexcept { cancel_.store(pinned_hook, std::memory_order_release); }

task_scope::task_scope(scheduler_core& core, kind k) noexcept
    : core_(&core), live_(k == kind::root ? 0 : 1), kind_(k), owner_number_(number_of_owner(k)) {
  if (kind_ == kind::root) list_once();
}

task_scope::~task_scope() {
  if (is_listed_.load(std::memory_order_relaxed)) core_->scopes().remove(*this, shard_);
}

void task_scope::list_once() noexcept {
  if (is_listed_.load(std::memory_order_relaxed) || kind_ == kind::supervision) return;
  if (is_listed_.exchange(true, std::memory_order_relaxed)) return;
  shard_ = static_cast<unsigned char>(this_worker != nullptr ? this_worker->id() : 0);
  core_->scopes().add(*this, shard_);
}

void task_scope::open() noexcept {
  cancelled_.store(false, std::memory_order_relaxed);
  joiner_ = nullptr;
  live_.store(1, std::memory_order_release);
}

task_context& task_scope::spawn(task_handle frame, bool joinable, placement where,
                                std::source_location started) {
  task_context& child = make_context(frame, joinable);
  live_.fetch_add(1, std::memory_order_relaxed);
  queue(child, where, started);
  return child;
}

bool task_scope::try_spawn(task_handle frame) {
  task_context& child = make_context(frame, false);
  std::size_t seen = live_.load(std::memory_order_acquire);
  do {
    if (seen == 0) {
      child.free_context();
      return false;
    }
  } while (!live_.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire));
  queue(child, core_->placement_of_background(), {});
  return true;
}

task_context& task_scope::adopt(task_handle frame, bool joinable) {
  task_context& child = make_context(frame, joinable);
  live_.fetch_add(1, std::memory_order_relaxed);
  attach(child, placement::here, {});
  return child;
}

void task_scope::queue(task_context& child, placement where, const std::source_location& started) {
  attach(child, where, started);
  try {
    core_->make_ready(child.frame());
  } catch (...) {
    unlink(child);
    core_->vacate(child);
    child.free_context();
    leave();
    throw;
  }
}

void task_scope::attach(task_context& child, placement where,
                        const std::source_location& started) noexcept {
  list_once();
  core_->settle(child, where);
  {
    std::lock_guard lock(lock_);
    link(child);
  }
  if (is_tracing()) [[unlikely]]
    trace_spawn(child, started);
}

// Of one that was counted and never ran. The last may have been waited for meanwhile.
void task_scope::leave() noexcept {
  if (live_.fetch_sub(1, std::memory_order_acq_rel) == 1) make_ready(joiner_);
}

void task_scope::adopt_running(task_context& child) noexcept {
  list_once();
  std::lock_guard lock(lock_);
  if (child.join_.load(std::memory_order_relaxed) == task_context::ended) return;
  live_.fetch_add(1, std::memory_order_relaxed);
  child.join_.store(task_context::running, std::memory_order_relaxed);
  core_->settle(child, placement::here);
  link(child);
}

// The forker has not passed adopt_running(), which takes the same lock: the scope is alive.
bool task_scope::end_before_adoption(task_context& child) noexcept {
  std::lock_guard lock(lock_);
  if (!has_forker(child.join_.load(std::memory_order_relaxed))) return false;
  child.join_.store(task_context::ended, std::memory_order_release);
  return true;
}

void task_scope::cancel() noexcept {
  // Not only to save time: a child's hook may lead back to this scope, whose lock is held then.
  if (cancelled_.exchange(true, std::memory_order_acq_rel)) return;
  trace(trace_kind::scope_cancel, trace_id(this));
  std::lock_guard lock(lock_);
  for (task_context* child = children_; child != nullptr; child = child->next_) child->cancel();
}

bool task_scope::begin_join(task_handle joiner) noexcept {
  if (joiner_) broken_contract("a task_group was joined while another join() of it waits");
  joiner_ = joiner;
  trace(trace_kind::scope_join, trace_id(this), static_cast<std::uint32_t>(live()));
  return live_.fetch_sub(1, std::memory_order_acq_rel) != 1;
}

void task_scope::link(task_context& child) noexcept {
  child.next_ = children_;
  if (children_ != nullptr) children_->previous_ = &child;
  children_ = &child;
  if (cancelled_.load(std::memory_order_relaxed)) child.cancel();
}

void task_scope::unlink(task_context& child) noexcept {
  std::lock_guard lock(lock_);
  (child.previous_ != nullptr ? child.previous_->next_ : children_) = child.next_;
  if (child.next_ != nullptr) child.next_->previous_ = child.previous_;
}

void task_scope::keep_error(std::exception_ptr error) noexcept {
  if (kind_ != kind::group) return;
  {
    std::lock_guard lock(lock_);
    if (!first_error_) first_error_ = std::move(error);
  }
  cancel();
}

std::coroutine_handle<> task_scope::child_ended() noexcept {
  // Who does not bring the count to zero must not touch the scope any more; who does finds the
  // joiner suspended, and so the scope alive.
  if (live_.fetch_sub(1, std::memory_order_acq_rel) != 1) return next_ready();
  if (is_tracing()) [[unlikely]]
    trace_ready(*joiner_.promise().context);
  return transfer_to(joiner_);
}

std::coroutine_handle<> complete_forked(task_context& context) noexcept {
  const auto& error = context.frame().promise().error;
  if (error) context.scope().keep_error(error);
  const auto join = context.join_.load(std::memory_order_relaxed);
  const auto forker = to_handle(join & ~task_context::forker_mark);
  worker& here = *this_worker;
  if (here.take_back(forker)) {
    context.join_.store(task_context::ended_inline, std::memory_order_relaxed);
    return here.enter(forker);
  }
  if (context.scope().end_before_adoption(context)) return here.take_next();
  return nullptr;
}

std::coroutine_handle<> complete_spawned(task_handle ended) noexcept {
  if (ended.promise().context == nullptr) {
    broken_contract("a task was resumed by hand, outside of a scheduler");
  }
  task_context& context = *ended.promise().context;
  if (is_tracing()) [[unlikely]]
    trace_end(context);
  context.set_frame(ended);
  if (has_forker(context.join_.load(std::memory_order_relaxed))) {
    if (const auto next = complete_forked(context)) return next;
  }
  task_scope& scope = context.scope();
  scope.unlink(context);
  const std::exception_ptr error = ended.promise().error;
  if (error) scope.keep_error(error);
  scope.core().vacate(context);
  const std::uintptr_t join =
      context.join_.exchange(task_context::ended, std::memory_order_acq_rel);
  if (join == task_context::detached) {
    if (error && context.in_root_) report_unhandled(error);
    context.free_with_result();
    trace_time_passes();
  } else if (join != task_context::running) {
    make_ready(to_handle(join));
  }
  return scope.child_ended();
}

bool join_state::suspend(task_handle joiner) noexcept {
  std::uintptr_t seen = task_context::running;
  const bool waits =
      context_->join_.compare_exchange_strong(seen, to_word(joiner), std::memory_order_acq_rel);
  if (!waits && seen != task_context::ended) broken_contract("two tasks join one join_handle");
  return waits;
}

void join_state::drop() noexcept {
  task_context& context = *std::exchange(context_, nullptr);
  const std::uintptr_t join =
      context.join_.exchange(task_context::detached, std::memory_order_acq_rel);
  if (join == task_context::running) return;
  if (join != task_context::ended) {
    broken_contract("a join_handle was destroyed while somebody awaits its join()");
  }
  const auto& error = context.frame().promise().error;
  if (error && context.in_root_) report_unhandled(error);
  context.free_with_result();
}

}  // namespace weft::detail
