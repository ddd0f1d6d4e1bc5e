#pragma once

#include <weft/runtime/trace.hpp>

#include <cstddef>
#include <vector>

// How tests look at a trace.

namespace weft::test {

/// All records in the order of time.
inline std::vector<trace_event> in_order(const trace_log& log) {
  std::vector<trace_event> all;
  for (const auto& [track, index] : log.by_time()) all.push_back(log.tracks[track].events[index]);
  return all;
}

/// Those of one kind, in the order of time.
inline std::vector<trace_event> all_of(const trace_log& log, trace_kind kind) {
  std::vector<trace_event> found;
  for (const trace_event& e : in_order(log)) {
    if (e.kind == kind) found.push_back(e);
  }
  return found;
}

inline std::size_t count_of(const trace_log& log, trace_kind kind) {
  return all_of(log, kind).size();
}

}  // namespace weft::test
