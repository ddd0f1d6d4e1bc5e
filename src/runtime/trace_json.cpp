#include "chrome_strips.hpp"

#include <weft/runtime/trace.hpp>

#include <algorithm>
#include <ostream>
#include <string_view>
#include <unordered_map>

// Chrome's trace event format: a complete event ("X") for each span of time, written when it ends,
// so a limit never leaves half a span; "s" and "f" for arrows; "i" for a moment; "b", "n" and "e"
// for what changes from track to track.
// @source https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU

namespace weft {
namespace {

using detail::json_string;
using std::chrono::nanoseconds;
using event_list = detail::chrome_event_list;
using moment = detail::chrome_moment;
using process = detail::chrome_process;

std::string task_name(std::uint32_t number) { return "task " + std::to_string(number); }
std::string id_argument(std::uint32_t id) { return R"("id":)" + std::to_string(id); }

std::string place_argument(std::uint32_t place) {
  const std::source_location where = trace_log::place(place);
  if (where.line() == 0) return {};
  return R"(,"started":)" +
         json_string(where.file_name() + std::string(":") + std::to_string(where.line()));
}

/// Finds spans and arrows in records that come in the order of time.
class chrome_events {
public:
  chrome_events(event_list& events, std::size_t tracks)
      : events_(events), open_(tracks), gil_(events), mutexes_(events), requests_(events) {}

  void add(std::size_t track, const trace_event& e);
  void close_all(nanoseconds end);

private:
  struct span {
    moment begin;
    trace_kind kind;  // of the record that began it
    std::uint32_t id;
    std::uint32_t argument;
  };
  struct wake {
    moment from;
    trace_reason reason;
  };

  void begin(std::size_t track, const trace_event& e) {
    open_[track].push_back({{track, e.time}, e.kind, e.id, e.argument});
  }
  void end(std::size_t track, trace_kind began_by, nanoseconds time, const std::string& arguments);
  void write(const span& s, nanoseconds end, std::string arguments);
  void run_begin(std::size_t track, const trace_event& e);
  void instant(std::size_t track, const trace_event& e);

  event_list& events_;
  std::vector<std::vector<span>> open_;  // a track's spans that have not ended, outermost first
  std::unordered_map<std::uint32_t, wake> wakes_;            // by task: ready, and not run since
  std::unordered_map<std::uint32_t, std::uint32_t> places_;  // by task: where it was started
  detail::gil_strips gil_;
  detail::mutex_strips mutexes_;
  detail::request_strips requests_;
};

std::string_view span_name(trace_kind begun_by) {
  switch (begun_by) {
    case trace_kind::worker_park: return "parked";
    case trace_kind::worker_poll: return "poll";
    case trace_kind::worker_begin: return "worker";
    case trace_kind::blocking_begin: return "blocking";
    default: return "span";
  }
}

std::string_view instant_name(trace_kind kind) {
  switch (kind) {
    case trace_kind::spare_released: return "spare released";
    case trace_kind::spare_retired: return "spare retired";
    case trace_kind::worker_steal_miss: return "nothing to steal";
    case trace_kind::task_spawn: return "spawn";
    case trace_kind::task_cancel: return "cancel";
    case trace_kind::scope_join: return "join scope";
    case trace_kind::scope_cancel: return "cancel scope";
    case trace_kind::lock_want: return "mutex wanted";
    case trace_kind::lock_stall: return "mutex held for long";
    case trace_kind::channel_block: return "channel blocks";
    case trace_kind::channel_transfer: return "channel transfer";
    case trace_kind::stall: return "stall";
    default: return "event";
  }
}

void chrome_events::add(std::size_t track, const trace_event& e) {
  using kind = trace_kind;
  switch (e.kind) {
    case kind::task_spawn: places_[e.id] = e.argument; return instant(track, e);
    case kind::task_run_begin: return run_begin(track, e);
    case kind::task_run_end:
      return end(
          track, kind::task_run_begin, e.time,
          R"("until":)" + json_string(trace_log::text(e.argument)) + place_argument(places_[e.id]));
    case kind::task_ready: wakes_[e.id] = {{track, e.time}, e.reason()}; return;
    case kind::worker_begin:
    case kind::worker_park:
    case kind::worker_poll:
    case kind::blocking_begin: return begin(track, e);
    case kind::worker_end: return end(track, kind::worker_begin, e.time, {});
    case kind::worker_unpark: return end(track, kind::worker_park, e.time, {});
    case kind::worker_poll_end: return end(track, kind::worker_poll, e.time, {});
    case kind::blocking_end: return end(track, kind::blocking_begin, e.time, {});
    case kind::gil_want:
    case kind::gil_acquired:
    case kind::gil_released:
    case kind::gil_drop_request:
    case kind::gil_lost: return gil_.add(track, e);
    case kind::lock_acquired:
    case kind::lock_released: return mutexes_.add(e);
    case kind::request_arrived:
    case kind::request_parsed:
    case kind::request_done:
    case kind::request_shed: return requests_.add(track, e);
    case kind::task_end: places_.erase(e.id); return;
    case kind::worker_steal: return;  // an arrow shows it
    default: return instant(track, e);
  }
}

void chrome_events::instant(std::size_t track, const trace_event& e) {
  const auto name = e.kind == trace_kind::mark ? trace_log::text(e.argument) : instant_name(e.kind);
  std::string arguments = id_argument(e.id);
  if (e.kind == trace_kind::task_spawn) arguments += place_argument(e.argument);
  if (e.kind == trace_kind::stall) {
    arguments += R"(,"worker":)" + std::to_string(e.worker()) + R"(,"milliseconds":)" +
                 std::to_string(e.lasted().count());
  }
  events_.instant(process::threads, {track, e.time}, name, arguments);
}

void chrome_events::run_begin(std::size_t track, const trace_event& e) {
  const auto found = wakes_.find(e.id);
  if (found != wakes_.end()) {
    const bool is_stolen = e.queue() == trace_queue::stolen;
    events_.arrow(found->second.from, {track, e.time}, is_stolen ? "steal" : "wake");
    wakes_.erase(found);
  }
  begin(track, e);
}

// A session that began in the middle of a span has its end only: nothing to show then.
void chrome_events::end(std::size_t track, trace_kind began_by, nanoseconds time,
                        const std::string& arguments) {
  auto& open = open_[track];
  const auto is_begin = [&](const span& s) { return s.kind == began_by; };
  if (std::none_of(open.begin(), open.end(), is_begin)) return;
  for (bool found = false; !found; open.pop_back()) {
    found = is_begin(open.back());
    write(open.back(), time, found ? arguments : std::string());
  }
}

void chrome_events::write(const span& s, nanoseconds end, std::string arguments) {
  const bool is_run = s.kind == trace_kind::task_run_begin;
  const std::string name = is_run ? task_name(s.id) : std::string(span_name(s.kind));
  if (arguments.empty()) arguments = id_argument(s.id);
  events_.span(process::threads, s.begin, end, name, arguments);
}

void chrome_events::close_all(nanoseconds end) {
  for (auto& open : open_) {
    for (; !open.empty(); open.pop_back()) write(open.back(), end, {});
  }
  gil_.close(end);
  mutexes_.close(end);
  requests_.close(end);
}

void name_tracks(event_list& events, const trace_log& log) {
  events.name("process_name", process::threads, 0, "weft");
  events.name("process_name", process::gil, 0, "GIL");
  for (std::size_t track = 0; track < log.tracks.size(); ++track) {
    events.name("thread_name", process::threads, track, log.tracks[track].name);
    events.name("thread_name", process::gil, track, log.tracks[track].name);
  }
}

}  // namespace

void write_chrome_json(const trace_log& log, std::ostream& out, const trace_json_options& options) {
  out << R"({"displayTimeUnit":"ns","traceEvents":[)" << '\n';
  event_list events(out, options.most_events);
  name_tracks(events, log);
  chrome_events spans(events, log.tracks.size());
  for (const auto& [track, index] : log.by_time())
    spans.add(track, log.tracks[track].events[index]);
  spans.close_all(log.length);
  out << "\n],\n"
      << R"("otherData":{"dropped":)" << log.dropped << R"(,"left_off":)" << events.left_off()
      << "}}\n";
}

}  // namespace weft
