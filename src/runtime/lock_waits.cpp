#include "lock_waits.hpp"

#include "mutex_turn.hpp"
#include "trace_recorder.hpp"

#include <mutex>

namespace weft::detail {

void lock_waits::add(mutex::turn& wait) noexcept {
  std::lock_guard held(lock_);
  wait.listed_in_ = this;
  wait.previous_listed_ = nullptr;
  wait.next_listed_ = first_;
  if (first_ != nullptr) first_->previous_listed_ = &wait;
  first_ = &wait;
}

void lock_waits::remove(mutex::turn& wait) noexcept {
  std::lock_guard held(lock_);
  mutex::turn* const previous = wait.previous_listed_;
  (previous != nullptr ? previous->next_listed_ : first_) = wait.next_listed_;
  if (wait.next_listed_ != nullptr) wait.next_listed_->previous_listed_ = previous;
}

std::vector<wanted_lock> lock_waits::look() {
  std::vector<wanted_lock> all;
  std::lock_guard held(lock_);
  for (const mutex::turn* wait = first_; wait != nullptr; wait = wait->next_listed_) {
    wanted_lock found{};
    if (look_at(*wait, found)) all.push_back(found);
  }
  return all;
}

// For the first waiter alone, so that a mutex comes once.
bool lock_waits::look_at(const mutex::turn& wait, wanted_lock& found) noexcept {
  mutex& wanted = wait.mutex_;
  std::lock_guard held(wanted.waiters_lock_);
  const waiter* first = wanted.waiters_.front();
  const std::uint32_t state = wanted.state_.load(std::memory_order_relaxed);
  if (first != &wait || (state & mutex::locked) == 0) return false;
  found.lock = &wanted;
  found.holder = state >> mutex::holder_shift;
  found.first_waiter = traced_number(*first->task.promise().context);
  found.unlocks = wanted.unlocks_with_waiters_;
  for (; first != nullptr; first = first->next) ++found.waiting;
  return true;
}

}  // namespace weft::detail
