#include <weft/runtime/detail/select_wait.hpp>

#include "scheduler_core.hpp"

#include <weft/runtime/detail/wait_notes.hpp>

#include <algorithm>
#include <functional>
#include <mutex>

namespace weft::detail {
namespace {

using kind = select_case::kind;

// The cases' locks in the order of their addresses, each once. @return how many
std::size_t sort_locks(std::span<select_case* const> cases, std::span<spinlock*> locks) noexcept {
  std::size_t count = 0;
  for (const select_case* c : cases) {
    if (c->channel == nullptr) continue;
    spinlock* lock = &c->channel->lock;
    std::size_t at = count;
    while (at != 0 && std::less<>()(lock, locks[at - 1])) --at;
    if (at != 0 && locks[at - 1] == lock) continue;
    for (std::size_t i = count++; i != at; --i) locks[i] = locks[i - 1];
    locks[at] = lock;
  }
  return count;
}

bool is_cancelled() noexcept {
  const task_context* context = current_context();
  return context != nullptr && context->cancelled();
}

bool is_due(const select_case& c) noexcept {
  if (c.what == kind::on_cancel) return is_cancelled();
  return c.what == kind::timer && static_cast<const select_timer&>(c).wait() <= duration::zero();
}

bool try_channel(select_case& c, bool has_lock) noexcept {
  spinlock& lock = c.channel->lock;
  if (!has_lock) lock.lock();
  const transfer t = c.attempt(c);
  if (!has_lock) lock.unlock();
  if (t.partner != nullptr) wake(*t.partner);
  return t.done;
}

// The one whose time comes first; null where there is none.
select_timer* earliest(std::span<select_case* const> cases) noexcept {
  select_timer* found = nullptr;
  for (select_case* c : cases) {
    if (c->what != kind::timer) continue;
    auto* candidate = static_cast<select_timer*>(c);
    if (found == nullptr || candidate->wait() < found->wait()) found = candidate;
  }
  return found;
}

time_point later(time_point now, duration wait) noexcept {
  return wait > time_point::max() - now ? time_point::max() : now + wait;
}

}  // namespace

void select_timer::expire(timer& t) noexcept {
  auto& self = static_cast<select_timer&>(t);
  const task_handle waiting = self.task;
  if (self.claim->win(static_cast<select_case*>(&self))) make_ready(waiting);
  else self.expired_in_vain_.store(true, std::memory_order_release);
}

void select_timer::disarm() noexcept {
  if (stop()) return;
  while (!expired_in_vain_.load(std::memory_order_acquire)) give_way();
}

bool select_wait::try_all(case_list cases, std::uint32_t otherwise) noexcept {
  const auto count = static_cast<std::uint32_t>(cases.size());
  const bool has_choice = count - (otherwise != count ? 1 : 0) > 1;
  first_ = has_choice ? this_worker->core().random_below(count) : 0;
  if (try_once(cases, false)) return true;
  chosen_ = otherwise;
  return otherwise != count;
}

bool select_wait::try_once(case_list cases, bool has_locks) noexcept {
  const std::size_t count = cases.size();
  std::size_t at = first_;
  for (std::size_t left = count; left != 0; --left) {
    select_case& c = *cases[at];
    if (c.what == kind::channel ? try_channel(c, has_locks) : is_due(c)) {
      chosen_ = static_cast<std::uint32_t>(at);
      return true;
    }
    if (++at == count) at = 0;
  }
  return false;
}

std::coroutine_handle<> select_wait::suspend(task_handle h, case_list cases,
                                             std::span<spinlock*> locks,
                                             std::uint32_t on_cancel) noexcept {
  locks = locks.first(sort_locks(cases, locks));
  for (spinlock* lock : locks) lock->lock();
  bool goes_on = try_once(cases, true);
  if (!goes_on) {
    enter(h, cases, locks);
    if (!arm(*h.promise().context, cases)) {
      for (select_case* c : cases) {
        if (c->channel != nullptr) c->own_list->remove(*c);
      }
      task_ = nullptr;
      chosen_ = on_cancel;
      goes_on = true;
    }
  }
  // Without a channel there is no lock to keep the frame alive: `locks` is this call's own, and the
  // array behind it is not touched then.
  for (spinlock* lock : locks) lock->unlock();
  if (goes_on) return h;
  return next_ready();
}

void select_wait::enter(task_handle h, case_list cases, std::span<spinlock* const> locks) noexcept {
  task_ = h;
  task_context& context = *h.promise().context;
  context.waits_for = "select";
  if (keeps_notes()) {
    note_wait(context, nullptr);
    for (const spinlock* lock : locks) note_wait_also(context, lock);
  }
  for (select_case* c : cases) {
    c->task = h;
    c->claim = &claim_;
    if (c->channel == nullptr) continue;
    trace_block(c->channel, context);
    c->own_list->push_back(*c);
  }
}

// Without channels nothing of this may be touched after the hook is out.
bool select_wait::arm(task_context& context, case_list cases) {
  select_timer* const first = earliest(cases);
  if (first == nullptr) return context.publish(*this);
  return first->start(later(context.scope().core().now(), first->wait()), context, *this);
}

void select_wait::cut_short(cancel_hook& hook) noexcept {
  auto& self = static_cast<select_wait&>(hook);
  const task_handle waiting = self.task_;
  if (self.claim_.win(&self)) make_ready(waiting);
}

std::size_t select_wait::end_wait(case_list cases, std::uint32_t on_cancel) noexcept {
  task_.promise().context->withdraw(*this);
  const void* const winner = claim_.winner();
  leave(cases, winner);
  const auto won = std::find(cases.begin(), cases.end(), winner);
  return won != cases.end() ? static_cast<std::size_t>(won - cases.begin()) : on_cancel;
}

void select_wait::leave(case_list cases, const void* winner) noexcept {
  for (select_case* c : cases) {
    if (c == winner || c->channel == nullptr) continue;
    std::lock_guard held(c->channel->lock);
    if (c->queued) c->own_list->remove(*c);
  }
  select_timer* const armed = earliest(cases);
  if (armed != nullptr && armed != winner) armed->disarm();
}

}  // namespace weft::detail
