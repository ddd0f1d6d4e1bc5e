#pragma once

#include <weft/runtime/detail/trace_point.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// A ring has one writer, the thread that owns it, and readers that never make it wait.
//
// A record is two words. The writer stores both (release) and then the head (release). A reader
// takes the head, copies records (acquire), and takes the head again: what a writer may have begun
// to overwrite meanwhile it throws away. A word of record n is stored after head n - 1 was, so who
// reads such a word also sees that head.
//
// The atomics are std::atomic for the reason given in detail/trace_point.hpp.

namespace weft::detail {

struct trace_record {
  std::uint64_t ticks = 0;  // 56 bits, since the session's start
  std::uint32_t id = 0;
  std::uint32_t argument = 0;
  trace_kind kind{};
};

class trace_ring {
public:
  /// @param capacity  a power of two
  explicit trace_ring(std::size_t capacity)
      : mask_(capacity - 1), slots_(std::make_unique<slot[]>(capacity)) {}

  // The owner.

  /// From here on the records belong to this session.
  void open(std::uint32_t session, std::uint64_t start, std::string name) {
    name_ = std::move(name);
    start_ = start;
    last_ticks_ = 0;
    first_.store(head_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    session_.store(session, std::memory_order_release);
  }
  std::uint32_t session() const noexcept { return session_.load(std::memory_order_relaxed); }

  /// @param now  taken for the time of the last record where it is before that
  void push(std::uint64_t now, trace_kind kind, std::uint32_t id, std::uint32_t argument) noexcept {
    const auto ticks = now > start_ ? now - start_ : 0;
    if (ticks > last_ticks_) last_ticks_ = ticks;
    push_at_last_time(kind, id, argument);
  }
  void push_at_last_time(trace_kind kind, std::uint32_t id, std::uint32_t argument) noexcept {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    slot& s = slots_[head & mask_];
    s.time_and_kind.store(last_ticks_ << 8 | static_cast<std::uint8_t>(kind),
                          std::memory_order_release);
    s.id_and_argument.store(std::uint64_t{id} << 32 | argument, std::memory_order_release);
    head_.store(head + 1, std::memory_order_release);
  }
  /// The newest record. Where there is none: worker_begin at the session's start.
  trace_record last() const noexcept {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    if (head == first_.load(std::memory_order_relaxed)) return {};
    return slots_[(head - 1) & mask_].get();
  }

  // A reader, under the registry's lock, which keeps the ring in its session.

  struct reading {
    std::vector<trace_record> records;
    std::uint64_t dropped = 0;
  };
  reading read() const;
  bool is_of(std::uint32_t session) const noexcept {
    return session_.load(std::memory_order_acquire) == session;
  }
  const std::string& name() const noexcept { return name_; }
  std::size_t capacity() const noexcept { return mask_ + 1; }

private:
  struct slot {
    std::atomic<std::uint64_t> time_and_kind{0};
    std::atomic<std::uint64_t> id_and_argument{0};

    trace_record get() const noexcept {
      const auto when = time_and_kind.load(std::memory_order_acquire);
      const auto what = id_and_argument.load(std::memory_order_acquire);
      return {when >> 8, static_cast<std::uint32_t>(what >> 32), static_cast<std::uint32_t>(what),
              static_cast<trace_kind>(when)};
    }
  };

  const std::uint64_t mask_;
  std::unique_ptr<slot[]> slots_;
  std::atomic<std::uint64_t> head_{0};   // records ever written
  std::atomic<std::uint64_t> first_{0};  // head_ when the session began
  std::atomic<std::uint32_t> session_{0};
  std::uint64_t start_ = 0;
  std::uint64_t last_ticks_ = 0;  // the owner's
  std::string name_;              // written before session_, under the registry's lock
};

inline trace_ring::reading trace_ring::read() const {
  const std::uint64_t first = first_.load(std::memory_order_relaxed);
  const std::uint64_t head = head_.load(std::memory_order_acquire);
  const std::uint64_t size = capacity();
  std::uint64_t begin = head > first + size ? head - size : first;
  reading result;
  result.records.reserve(head - begin);
  for (std::uint64_t i = begin; i != head; ++i) result.records.push_back(slots_[i & mask_].get());
  const std::uint64_t head_now = head_.load(std::memory_order_acquire);
  // One more than is written: the writer may be in the middle of it.
  const std::uint64_t kept = head_now + 1 > size ? head_now + 1 - size : 0;
  if (kept > begin) {
    const auto lost = std::min<std::uint64_t>(kept - begin, result.records.size());
    result.records.erase(result.records.begin(),
                         result.records.begin() + static_cast<std::ptrdiff_t>(lost));
    begin += lost;
  }
  result.dropped = begin - first;
  return result;
}

}  // namespace weft::detail
