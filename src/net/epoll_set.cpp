#include "epoll_set.hpp"

#include "asio_driver.hpp"

#include <boost/system/system_error.hpp>

#include <sys/epoll.h>

#include <cerrno>
#include <mutex>
#include <new>
#include <utility>

namespace weft::detail {
namespace {

// Fewer than the tasks that a worker runs before it asks again: else woken tasks would pile up, and
// the rooms that their bytes are in.
constexpr std::size_t events_in_a_batch = 32;

std::error_code last_error() noexcept { return {errno, std::system_category()}; }

}  // namespace

// ------------------------------------------------------------------ a descriptor

std::error_code watched::watch(std::uint32_t events) noexcept {
  if (watches(events)) [[likely]]
    return {};
  if (set_ == nullptr) {
    if (const auto failure = join_set()) return failure;
  }
  return set_interest(interest_ | events);
}

// A wait must not begin with an exception: its cancel is out already.
std::error_code watched::join_set() noexcept {
  try {
    set_ = current_driver().direct_set();
  } catch (const std::bad_alloc&) {
    return std::make_error_code(std::errc::not_enough_memory);
  } catch (const boost::system::system_error& e) {
    return e.code();
  } catch (const std::system_error& e) {
    return e.code();
  }
  if (set_ == nullptr) return std::make_error_code(std::errc::operation_not_supported);
  return {};
}

void watched::stop_watching(std::uint32_t events) noexcept {
  // Less than there was: the kernel has the memory, and cannot refuse.
  if ((interest_ & events) != 0) (void)set_interest(interest_ & ~events);
}

std::error_code watched::set_interest(std::uint32_t events) noexcept {
  int operation = EPOLL_CTL_MOD;
  if (interest_ == 0) operation = EPOLL_CTL_ADD;
  // Without interest in anything the kernel would still report errors and hang-ups.
  else if (events == 0) operation = EPOLL_CTL_DEL;
  epoll_event event{};
  event.events = events;
  event.data.ptr = this;
  if (::epoll_ctl(set_->descriptor(), operation, descriptor_, &event) != 0) return last_error();
  interest_ = events;
  return {};
}

void watched::report(std::uint32_t events, look_time& when) noexcept {
  woken_tasks woken;
  {
    std::lock_guard held(lock_);
    if (closed_) return;
    serve(events, woken, when);
  }
  woken.make_ready();
}

unique_descriptor watched::withdraw() noexcept {
  std::lock_guard held(lock_);
  if (closed_) return {};
  stop_watching(interest_);
  closed_ = true;
  return unique_descriptor(descriptor_);
}

void watched::retire() noexcept {
  // Not from under this object: the set may go with its last pointer, and frees what is retired.
  if (const auto set = std::move(set_)) set->retire(*this);
  else delete this;
}

// ------------------------------------------------------------------ the set

epoll_set::epoll_set() : descriptor_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (descriptor_.get() < 0) throw std::system_error(last_error(), "epoll_create1");
}

epoll_set::~epoll_set() { free_retired(); }

std::size_t epoll_set::deliver() noexcept {
  free_retired();
  std::array<epoll_event, events_in_a_batch> batch;
  const int count =
      ::epoll_wait(descriptor_.get(), batch.data(), static_cast<int>(batch.size()), 0);
  look_time when(left_over_since_);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = batch[static_cast<std::size_t>(i)];
    static_cast<watched*>(event.data.ptr)->report(event.events, when);
  }
  const bool may_be_more = count == static_cast<int>(batch.size());
  left_over_since_ = may_be_more ? when.if_asked() : time_point{};
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void epoll_set::retire(watched& object) noexcept {
  object.next_retired_ = retired_.load(std::memory_order_relaxed);
  while (!retired_.compare_exchange_weak(object.next_retired_, &object, std::memory_order_release,
                                         std::memory_order_relaxed)) {}
}

void epoll_set::free_retired() noexcept {
  if (retired_.load(std::memory_order_relaxed) == nullptr) [[likely]]
    return;
  watched* next = retired_.exchange(nullptr, std::memory_order_acquire);
  while (next != nullptr) delete std::exchange(next, next->next_retired_);
}

}  // namespace weft::detail
