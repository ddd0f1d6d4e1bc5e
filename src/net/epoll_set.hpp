#pragma once

#include "unique_descriptor.hpp"

#include <weft/base/clock.hpp>
#include <weft/runtime/detail/spinlock.hpp>
#include <weft/runtime/detail/task_context.hpp>
#include <weft/runtime/detail/threading.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <system_error>

// Descriptors whose readiness the direct driver waits for, level-triggered.
//
// One thread at a time, the holder of the driver's token, asks the kernel for a batch of events and
// has each served by its `watched` object. Meanwhile any worker starts and cancels operations of
// these objects, and destroys them.
//
// lock_      of the object, is held for all that touches it, also while it receives or sends for a
//            task that waits. An operation has ended when it is taken out of the object, under the
//            lock; its task is woken after that, without the lock, and may destroy the object.
// interest_  what the kernel reports. It covers all that somebody waits for, and is left as it is
//            when nobody waits any more: who reads again pays no system call. Only an event that
//            nobody waited for is taken out, since it would come again at once, for ever.
// closing    takes the descriptor out of the set, under the lock; whoever comes later, with an
//            event of the batch in its hands, finds closed_ and leaves the number alone: it may be
//            somebody else's by now. Closing alone would not do, since a program that is just being
//            started shares the open file for a moment, and so keeps it in the set.
// memory     goes to the set's list of retired objects. The holder of the token frees these before
//            it asks for the next batch: no earlier batch is in use any more, and no later one can
//            name them.
//
// An object joins the set of the task that first waits in it. It keeps that set alive, not the
// driver: who outlives the scheduler can still be closed.

namespace weft::detail {

class epoll_set;

/// The tasks that an event ended the wait of; woken when no lock is held any more.
class woken_tasks {
public:
  void add(task_handle waiter) noexcept { tasks_[count_++] = waiter; }
  void make_ready() const noexcept {
    for (std::size_t i = 0; i < count_; ++i) detail::make_ready(tasks_[i]);
  }

private:
  std::array<task_handle, 2> tasks_;  // a reader and a writer
  std::size_t count_ = 0;
};

/// When what a look at the set finds has been ready since, as far as that is known: the time of
/// the look, or, where it goes on with what earlier looks had no room for, of the first of them.
/// Nobody who does not ask pays for a clock.
class look_time {
public:
  /// @param since  of the look before; the epoch where that left nothing over, or nobody asked
  explicit look_time(time_point since) noexcept : since_(since) {}
  time_point since() noexcept {
    if (since_ == time_point{}) since_ = os_now();
    return since_;
  }
  time_point if_asked() const noexcept { return since_; }

private:
  time_point since_;
};

/// A descriptor of an epoll_set, and who waits for it.
class watched {
public:
  watched(const watched&) = delete;
  watched& operator=(const watched&) = delete;

protected:
  explicit watched(int descriptor) noexcept : descriptor_(descriptor) {}
  virtual ~watched() = default;

  /// Does what the events allow. With the lock held.
  virtual void serve(std::uint32_t events, woken_tasks& woken, look_time& when) noexcept = 0;

  int descriptor() const noexcept { return descriptor_; }

  // With the lock held.
  /// Has the kernel report these too; on first use in the set of the running task.
  std::error_code watch(std::uint32_t events) noexcept;
  bool watches(std::uint32_t events) const noexcept { return (interest_ & events) == events; }
  void stop_watching(std::uint32_t events) noexcept;
  bool is_closed() const noexcept { return closed_; }

  // Without it.
  /// Takes the descriptor out of its set, for good. @return it, the first time
  unique_descriptor withdraw() noexcept;
  /// Ends this object, which has been withdrawn, as soon as nobody can touch it any more.
  void retire() noexcept;

  spinlock lock_;

private:
  friend class epoll_set;

  void report(std::uint32_t events, look_time& when) noexcept;
  std::error_code join_set() noexcept;
  std::error_code set_interest(std::uint32_t events) noexcept;

  const int descriptor_;
  std::uint32_t interest_ = 0;
  bool closed_ = false;
  std::shared_ptr<epoll_set> set_;
  watched* next_retired_ = nullptr;
};

class epoll_set {
public:
  /// @throws std::system_error
  epoll_set();
  ~epoll_set();
  epoll_set(const epoll_set&) = delete;
  epoll_set& operator=(const epoll_set&) = delete;

  /// Serves a batch of what is ready, without waiting. One thread at a time.
  /// @return how many events it was
  std::size_t deliver() noexcept;
  /// Readable while something is ready.
  int descriptor() const noexcept { return descriptor_.get(); }

private:
  friend class watched;

  void retire(watched& object) noexcept;
  void free_retired() noexcept;

  const unique_descriptor descriptor_;
  time_point left_over_since_{};  // for the holder of the token; the epoch: nothing is left over
  std::atomic<watched*> retired_{nullptr};
};

}  // namespace weft::detail
