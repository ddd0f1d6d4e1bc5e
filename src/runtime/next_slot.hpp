#pragma once

#include "work_deque.hpp"

#include <weft/runtime/detail/spinlock.hpp>
#include <weft/runtime/detail/threading.hpp>

#include <cstdint>
#include <mutex>

namespace weft::detail {

/// What one worker runs next.
///
/// A thief marks thefts_ before it looks, and adds to it where it takes something. Either it sees
/// that the owner has emptied the slot, or the owner sees the mark, and waits until it knows who
/// has the item. Only the owner fills the slot, and not while it waits: so what was stolen since
/// the owner's first look is the item that it saw. Few thieves pay for the order, as in a
/// work_deque.
class next_slot {
public:
  explicit next_slot(work_deque::thieves t) noexcept
      : thieves_pay_(t == work_deque::thieves::few) {}

  // The owner.

  /// Only where it is empty.
  void fill(void* item) noexcept { item_.store(item, std::memory_order_release); }

  /// @return null where it is empty, here as in steal()
  void* take() noexcept {
    const auto before = thefts_.load(std::memory_order_acquire);
    if ((before & under_way) != 0) [[unlikely]]
      return take_after_thief();
    void* const item = item_.load(std::memory_order_relaxed);
    if (item == nullptr) return nullptr;
    if (thieves_pay_) item_.store(nullptr, std::memory_order_relaxed);
    else item_.exchange(nullptr, std::memory_order_seq_cst);
    light_barrier();
    const bool alone = thefts_.load(std::memory_order_acquire) == before;
    if (!alone && was_stolen_since(before)) [[unlikely]]
      return nullptr;
    return item;
  }

  // Any thread.

  void* steal() noexcept {
    if (empty()) return nullptr;
    std::lock_guard held(thieves_);
    const auto before = thefts_.load(std::memory_order_relaxed);
    thefts_.exchange(before | under_way, std::memory_order_seq_cst);
    if (thieves_pay_) process_barrier();
    void* const item = item_.load(std::memory_order_acquire);
    if (item != nullptr) item_.store(nullptr, std::memory_order_relaxed);
    thefts_.store(item != nullptr ? before + one : before, std::memory_order_release);
    return item;
  }

  /// Of a moment.
  bool empty() const noexcept { return item_.load(std::memory_order_seq_cst) == nullptr; }

private:
  static constexpr std::uint32_t under_way = 1;
  static constexpr std::uint32_t one = 2;

  [[gnu::noinline, gnu::cold]] void* take_after_thief() noexcept {
    std::lock_guard held(thieves_);
    void* const item = item_.load(std::memory_order_relaxed);
    if (item != nullptr) item_.store(nullptr, std::memory_order_relaxed);
    return item;
  }
  [[gnu::noinline, gnu::cold]] bool was_stolen_since(std::uint32_t before) noexcept {
    std::lock_guard held(thieves_);
    return thefts_.load(std::memory_order_relaxed) != before;
  }

  const bool thieves_pay_;
  atomic<void*> item_{nullptr};
  atomic<std::uint32_t> thefts_{0};  // their number, and the mark
  spinlock thieves_;                 // one at a time
};

}  // namespace weft::detail
