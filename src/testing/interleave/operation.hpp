#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>

namespace weft::testing {

using location = std::source_location;

/// What a thread does at a point where others may go first.
enum class op : std::uint8_t {
  load,
  store,
  buffered_store,
  exchange,
  compare_exchange,
  fetch_add,
  fetch_sub,
  fetch_and,
  fetch_or,
  fetch_xor,
  lock,
  try_lock,
  unlock,
  wait,
  notify_one,
  notify_all,
  futex_wait,
  futex_wake,
  futex_wake_all,
  process_barrier,
  start_thread,
  join_thread,
  begin,
  end,
  spin,
  relax,
  // Not by the thread itself.
  time_out,
  drain,
};

const char* name_of(op what) noexcept;

/// One line of the log.
struct operation {
  operation(op w, const void* o, const location& at,
            std::memory_order with = std::memory_order_seq_cst) noexcept
      : what(w), order(with), object(o), where(at) {}

  op what;
  std::memory_order order;
  bool fences = true;  ///< the thread's store buffer is empty when it is done
  unsigned thread = 0;
  const void* object;
  location where;
  bool has_values = false;
  std::uint64_t before = 0;
  std::uint64_t after = 0;
};

}  // namespace weft::testing
