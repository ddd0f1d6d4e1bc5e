#pragma once

#include "trace_ring.hpp"

#include <weft/runtime/trace.hpp>

#include <cstdint>

namespace weft::detail {

/// This thread's ring for the session that records. @return null where there is no memory for one
trace_ring* this_threads_ring() noexcept;

/// Writes into a ring with the time of now.
void write_trace(trace_ring& ring, trace_kind kind, std::uint32_t id,
                 std::uint32_t argument) noexcept;

/// The task's number in traces, given when it is first asked for. From 1; 28 bits.
std::uint32_t traced_number(task_context& task) noexcept;

/// A small number for a string literal, the same for the same address; 0 where there are too many.
std::uint32_t traced_text(const char* text) noexcept;

/// Of a worker: what it runs, as far as a session has seen that.
class trace_slice {
public:
  /// Where the worker found the task that it runs next.
  trace_queue found_in = trace_queue::own;

  /// The task that has control. It may have announced that it waits. @return 0 for none
  std::uint32_t task() const noexcept { return is_of_this_session() ? task_ : 0; }
  /// Whether the task's slice has begun and not ended.
  bool is_open() const noexcept { return is_open_ && is_of_this_session(); }

  [[gnu::cold]] void begin(task_context& running) noexcept;
  [[gnu::cold]] void end(const char* waits_for) noexcept;
  /// Control is back in the worker's loop.
  [[gnu::cold]] void leave() noexcept;

private:
  bool is_of_this_session() const noexcept {
    return session_ == traced_session.load(std::memory_order_relaxed);
  }

  std::uint32_t task_ = 0;
  std::uint32_t session_ = 0;
  bool is_open_ = false;
};

}  // namespace weft::detail
