#include "chrome_strips.hpp"

#include <string>

namespace weft::detail {
namespace {

using std::chrono::nanoseconds;
using process = chrome_process;

std::string member(const char* name, std::uint32_t value) {
  return '"' + std::string(name) + "\":" + std::to_string(value);
}

}  // namespace

// ------------------------------------------------------------------ the GIL

void gil_strips::add(std::size_t track, const trace_event& e) {
  if (e.kind == trace_kind::gil_drop_request || e.kind == trace_kind::gil_lost) {
    const char* name = e.kind == trace_kind::gil_lost ? "woken, and lost" : "drop request";
    return events_.instant(process::gil, {track, e.time}, name, {});
  }
  end(track, e.time);
  if (e.kind == trace_kind::gil_released) return;
  const char* name = e.kind == trace_kind::gil_want ? "wanted" : "held";
  open_.insert_or_assign(track, span{{track, e.time}, name, e.id});
}

void gil_strips::end(std::size_t track, nanoseconds time) {
  const auto found = open_.find(track);
  if (found == open_.end()) return;
  const span& s = found->second;
  events_.span(process::gil, s.begin, time, s.name, member("id", s.id));
  open_.erase(found);
}

void gil_strips::close(nanoseconds end_of_all) {
  while (!open_.empty()) end(open_.begin()->first, end_of_all);
}

// ------------------------------------------------------------------ mutexes

void mutex_strips::add(const trace_event& e) {
  if (strips_.empty()) events_.name("process_name", process::mutexes, 0, "mutexes");
  strip& s = strips_.try_emplace(e.id, strip{strips_.size(), {}}).first->second;
  end(s, e.time);
  if (e.kind == trace_kind::lock_acquired) s.held = e;
}

void mutex_strips::end(strip& s, nanoseconds time) {
  if (!s.held) return;
  const auto task = "task " + std::to_string(s.held->argument);
  events_.span(process::mutexes, {s.track, s.held->time}, time, task, member("id", s.held->id));
  s.held.reset();
}

void mutex_strips::close(nanoseconds end_of_all) {
  for (auto& [id, s] : strips_) end(s, end_of_all);
}

// ------------------------------------------------------------------ requests

// What arrived before the oldest record is not shown.
void request_strips::add(std::size_t track, const trace_event& e) {
  const chrome_moment now{track, e.time};
  if (e.kind == trace_kind::request_arrived) {
    open_[e.id] = {{now, "b", member("task", e.argument)}};
    return;
  }
  const auto found = open_.find(e.id);
  if (found == open_.end()) return;
  steps& all = found->second;
  if (e.kind == trace_kind::request_parsed) {
    all.push_back({now, "n", member("task", e.argument)});
    return;
  }
  const bool is_shed = e.kind == trace_kind::request_shed;
  all.push_back({now, "e", member(is_shed ? "shed" : "status", e.argument)});
  write(e.id, all);
  open_.erase(found);
}

void request_strips::write(std::uint32_t id, const steps& all) {
  if (!is_named_) events_.name("process_name", process::requests, 0, "requests");
  is_named_ = true;
  events_.whole(process::requests, id, "request " + std::to_string(id), all);
}

void request_strips::close(nanoseconds end_of_all) {
  for (auto& [id, all] : open_) {
    all.push_back({{all.front().when.track, end_of_all}, "e", {}});
    write(id, all);
  }
  open_.clear();
}

}  // namespace weft::detail
