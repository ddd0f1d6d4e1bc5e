#pragma once

#include <weft/runtime/detail/process_barrier.hpp>
#include <weft/runtime/detail/threading.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace weft::detail {

/// The run queue of one worker: the owner pushes and pops at the bottom, thieves and the owner's
/// FIFO pop take from the top.
///
/// Invariants: top only grows; a slot between top and bottom is written before bottom passes it.
/// The array grows by doubling; old arrays stay until the deque dies, since a thief may still read
/// one. push() only publishes; who has to look at the idle set after it (scheduler_core.hpp) calls
/// order() in between.
/// The owner orders its claim of the newest item before its look at top, and a thief its look at
/// top before that at bottom. Where thieves are few the owner does so for nothing and a thief pays
/// for both: it steals once while items come and go a million times. Where one thread does it all,
/// there is nothing to order.
/// @source Chase and Lev 2005; Le, Pop, Cohen, Zappa Nardelli 2013
class work_deque {
public:
  enum class thieves { none, few, some };

  /// @param capacity  to begin with; a power of two
  explicit work_deque(std::size_t capacity = 256, thieves t = thieves::some)
      : has_thieves_(t != thieves::none), thieves_pay_(t == thieves::few) {
    adopt(std::make_unique<ring>(capacity));
  }
  work_deque(const work_deque&) = delete;
  work_deque& operator=(const work_deque&) = delete;

  void push(void* item) {
    while (!try_push(item)) grow();
  }
  /// @return false where the array has to grow first
  bool try_push(void* item) noexcept {
    const auto bottom = bottom_.load(std::memory_order_relaxed);
    const auto top = top_.load(std::memory_order_acquire);
    ring* r = ring_.load(std::memory_order_relaxed);
    if (bottom - top > static_cast<std::int64_t>(r->last)) [[unlikely]]
      return false;
    r->slot(bottom).store(item, std::memory_order_relaxed);
    bottom_.store(bottom + 1, std::memory_order_release);
    return true;
  }

  /// Makes every push visible before what the owner reads from now on.
  void order() noexcept {
    if (!has_thieves_) return;
    // A read-modify-write, not a fence: cheaper with clang, and ThreadSanitizer understands it.
    bottom_.exchange(bottom_.load(std::memory_order_relaxed), std::memory_order_seq_cst);
  }

  /// The newest item. @return null where there is none
  void* pop() {
    const auto newest = bottom_.load(std::memory_order_relaxed) - 1;
    if (newest < top_.load(std::memory_order_relaxed)) return nullptr;
    if (!claim(newest)) return nullptr;
    return ring_.load(std::memory_order_relaxed)->slot(newest).load(std::memory_order_relaxed);
  }

  /// Takes the newest item, if it is `item`. @return false where it is not
  [[gnu::always_inline]] bool pop_if(void* item) {
    const auto newest = bottom_.load(std::memory_order_relaxed) - 1;
    ring* r = ring_.load(std::memory_order_relaxed);
    // What a thief has taken may still be there to read, but not to claim.
    return r->slot(newest).load(std::memory_order_relaxed) == item && claim(newest);
  }

  /// The oldest item, from any thread. @return null where there is none
  void* steal() { return take_from_top(thieves_pay_); }
  /// As steal(), by the owner, or where the owner never takes the newest.
  void* take_oldest() { return take_from_top(false); }

  /// Of a moment.
  std::size_t size() const noexcept {
    const auto count =
        bottom_.load(std::memory_order_relaxed) - top_.load(std::memory_order_relaxed);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  bool empty() const noexcept {
    return top_.load(std::memory_order_seq_cst) >= bottom_.load(std::memory_order_seq_cst);
  }
  /// How often the oldest item was taken; by pop() only if it was the last one.
  std::int64_t turns() const noexcept { return top_.load(std::memory_order_relaxed); }

private:
  struct ring {
    explicit ring(std::size_t size)
        : last(size - 1), slots(std::make_unique<atomic<void*>[]>(size)) {}
    std::size_t size() const noexcept { return last + 1; }
    atomic<void*>& slot(std::int64_t index) noexcept {
      return slots[static_cast<std::size_t>(index) & last];
    }
    std::size_t last;  // the size is a power of two
    std::unique_ptr<atomic<void*>[]> slots;
  };

  void* take_from_top(bool pays) {
    for (;;) {
      auto top = top_.load(std::memory_order_seq_cst);
      if (top >= bottom_.load(std::memory_order_seq_cst)) return nullptr;
      if (pays) {
        process_barrier();
        if (top >= bottom_.load(std::memory_order_seq_cst)) return nullptr;
      }
      ring* r = ring_.load(std::memory_order_acquire);
      void* item = r->slot(top).load(std::memory_order_relaxed);
      if (advance_top(top)) return item;
    }
  }

  // @return false where thieves have taken all items
  [[gnu::always_inline]] bool claim(std::int64_t newest) {
    if (has_thieves_ && !thieves_pay_) {
      bottom_.exchange(newest, std::memory_order_seq_cst);
    } else {
      bottom_.store(newest, std::memory_order_release);
      light_barrier();
    }
    auto top = top_.load(std::memory_order_seq_cst);
    if (top < newest) return true;
    const bool is_mine = top == newest && advance_top(top);
    bottom_.store(newest + 1, std::memory_order_release);
    return is_mine;
  }

  bool advance_top(std::int64_t& top) noexcept {
    if (has_thieves_) {
      return top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst);
    }
    top_.store(top + 1, std::memory_order_relaxed);
    return true;
  }

  void grow() {
    ring* old = ring_.load(std::memory_order_relaxed);
    const auto bottom = bottom_.load(std::memory_order_relaxed);
    auto bigger = std::make_unique<ring>(old->size() * 2);
    for (auto i = top_.load(std::memory_order_acquire); i < bottom; ++i) {
      bigger->slot(i).store(old->slot(i).load(std::memory_order_relaxed),
                            std::memory_order_relaxed);
    }
    adopt(std::move(bigger));
  }

  void adopt(std::unique_ptr<ring> r) {
    rings_.push_back(std::move(r));
    ring_.store(rings_.back().get(), std::memory_order_release);
  }

  const bool has_thieves_;
  const bool thieves_pay_;
  alignas(64) atomic<std::int64_t> top_{0};
  alignas(64) atomic<std::int64_t> bottom_{0};
  atomic<ring*> ring_{nullptr};
  std::vector<std::unique_ptr<ring>> rings_;
};

}  // namespace weft::detail
