#include <weft/runtime/trace.hpp>

#include <algorithm>

namespace weft {
namespace {

using position = trace_log::position;

bool may_follow(trace_kind kind) noexcept {
  return kind == trace_kind::task_run_begin || kind == trace_kind::gil_acquired ||
         kind == trace_kind::lock_acquired;
}

struct comes_later {
  const trace_log& log;
  bool operator()(const position& a, const position& b) const {
    const trace_event& left = log.tracks[a.track].events[a.index];
    const trace_event& right = log.tracks[b.track].events[b.index];
    if (left.time != right.time) return left.time > right.time;
    if (may_follow(left.kind) != may_follow(right.kind)) return may_follow(left.kind);
    return a.track > b.track;
  }
};

}  // namespace

// The tracks are in order, so it is enough to merge them: a heap of the next record of each.
std::vector<position> trace_log::by_time() const {
  std::vector<position> heads;
  std::vector<position> all;
  const auto add = [&](const position& next) {
    if (next.index == tracks[next.track].events.size()) return;
    heads.push_back(next);
    std::push_heap(heads.begin(), heads.end(), comes_later{*this});
  };
  for (std::size_t track = 0; track < tracks.size(); ++track) add({track, 0});
  while (!heads.empty()) {
    std::pop_heap(heads.begin(), heads.end(), comes_later{*this});
    all.push_back(heads.back());
    heads.pop_back();
    add({all.back().track, all.back().index + 1});
  }
  return all;
}

}  // namespace weft
