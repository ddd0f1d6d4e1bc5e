#include "threading.hpp"

#include <cstdlib>
#include <exception>

namespace weft::detail {

using testing::execution;
using testing::location;
using testing::op;
using testing::operation;

namespace {

time_point after(duration limit) noexcept {
  const time_point now = os_now();
  return limit < time_point::max() - now ? now + limit : time_point::max();
}

void pass(op what, const void* object, const location& where) {
  if (execution* e = execution::current()) e->point(operation(what, object, where));
}

}  // namespace

// ------------------------------------------------------------------ mutex

void os_mutex::lock(location where) {
  if (execution* e = execution::current()) e->lock(state_, operation(op::lock, this, where));
  else state_.held = true;
}

bool os_mutex::try_lock(location where) {
  pass(op::try_lock, this, where);
  const bool was_held = std::exchange(state_.held, true);
  if (execution* e = execution::current()) e->changed(was_held, true);
  return !was_held;
}

void os_mutex::unlock(location where) {
  pass(op::unlock, this, where);
  if (execution* e = execution::current()) {
    if (!state_.held) testing::fail("a mutex that is not held was unlocked");
    e->changed();
  }
  state_.held = false;
}

// ------------------------------------------------------------------ condition

void os_condition::notify_one(location where) noexcept {
  pass(op::notify_one, this, where);
  if (execution* e = execution::current()) e->wake(this, false);
}

void os_condition::notify_all(location where) noexcept {
  pass(op::notify_all, this, where);
  if (execution* e = execution::current()) e->wake(this, true);
}

time_point os_condition::deadline_of(duration limit) { return after(limit); }

void os_condition::wait(std::unique_lock<os_mutex>& lock, location where) {
  wait_until(lock, time_point::max(), where);
}

std::cv_status os_condition::wait_until(std::unique_lock<os_mutex>& lock, time_point deadline,
                                        location where) {
  execution* e = execution::current();
  if (e == nullptr) std::abort();  // nobody could end the wait
  e->point(operation(op::wait, this, where));
  const bool woken = e->wait(this, &lock.mutex()->state_, deadline);
  return woken ? std::cv_status::no_timeout : std::cv_status::timeout;
}

std::cv_status os_condition::wait_for(std::unique_lock<os_mutex>& lock, duration limit,
                                      location where) {
  return wait_until(lock, after(limit), where);
}

// ------------------------------------------------------------------ thread

void os_thread::start(std::unique_ptr<testing::thread_body> body, const location& where) {
  execution* e = execution::current();
  if (e == nullptr) std::abort();  // threads of a check belong into explore()
  e->point(operation(op::start_thread, nullptr, where));
  index_ = e->start(std::move(body));
  e->saw(index_);
}

os_thread& os_thread::operator=(os_thread&& other) noexcept {
  if (joinable()) testing::fail("a thread was overwritten that is not joined");
  index_ = std::exchange(other.index_, 0);
  return *this;
}

os_thread::~os_thread() {
  if (joinable()) testing::fail("a thread was destroyed that is not joined");
}

void os_thread::join() {
  execution* e = execution::current();
  if (e == nullptr || !joinable()) std::abort();
  e->join(index_);
  index_ = 0;
}

os_thread::id os_thread::get_id() const noexcept {
  execution* e = execution::current();
  return e != nullptr && joinable() ? e->id_of(index_) : id();
}

// ------------------------------------------------------------------ the rest

void give_way(location where) noexcept {
  if (execution* e = execution::current()) e->spin(where);
}

void relax_cpu(location where) noexcept {
  if (execution* e = execution::current()) e->relax(where);
}

time_point os_now() noexcept {
  const execution* e = execution::current();
  return e != nullptr ? e->now() : time_point(steady_clock::now());
}

// Those of detail/process_barrier.hpp.

constinit std::atomic<bool> has_process_barrier{true};

bool offers_process_barrier() noexcept { return true; }

void process_barrier() noexcept {
  pass(op::process_barrier, nullptr, {});
  if (execution* e = execution::current()) e->drain_all_stores();
}

// Those of runtime/futex.hpp.

void futex_wait(atomic<std::uint32_t>& word, std::uint32_t expected, duration timeout) noexcept {
  execution* e = execution::current();
  if (e == nullptr) return;
  e->point(operation(op::futex_wait, &word, {}));
  e->saw(word.peek());
  if (word.peek() != expected) return;
  const bool has_limit = timeout >= duration::zero();
  e->wait(&word, nullptr, has_limit ? after(timeout) : time_point::max());
}

void futex_wake(atomic<std::uint32_t>& word) noexcept {
  pass(op::futex_wake, &word, {});
  if (execution* e = execution::current()) e->wake(&word, false);
}

void futex_wake_all(atomic<std::uint32_t>& word) noexcept {
  pass(op::futex_wake_all, &word, {});
  if (execution* e = execution::current()) e->wake(&word, true);
}

}  // namespace weft::detail
