#include <weft/runtime/trace.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <optional>
#include <ostream>
#include <string_view>
#include <unordered_map>

// Chrome's trace event format: a complete event ("X") for each span of time, written when it ends,
// so a limit never leaves half a span; "s" and "f" for arrows; "i" for a moment.
// @source https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU

namespace weft {
namespace {

using std::chrono::nanoseconds;

constexpr int threads_process = 1;
constexpr int locks_process = 2;
constexpr std::size_t no_track = ~std::size_t{0};

struct moment {
  std::size_t track = no_track;
  nanoseconds time{};
};

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

std::string microseconds(nanoseconds time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%lld.%03lld",
                static_cast<long long>(time.count() / 1000),
                static_cast<long long>(time.count() % 1000));
  return text.data();
}

std::string task_name(std::uint32_t number) { return "task " + std::to_string(number); }

/// Writes events one after the other, and counts those above the limit.
class event_list {
public:
  event_list(std::ostream& out, std::size_t most) : out_(out), most_(most) {}

  void name(const char* what, int process, std::size_t track, std::string_view name) {
    begin();
    out_ << R"({"ph":"M","name":")" << what << R"(","pid":)" << process << R"(,"tid":)" << track + 1
         << R"(,"args":{"name":)" << quoted(name) << "}}";
  }
  void span(int process, moment begin_of, nanoseconds end, std::string_view name,
            const std::string& arguments) {
    if (!admit()) return;
    head("X", process, begin_of, name);
    out_ << R"(,"dur":)" << microseconds(std::max(nanoseconds(0), end - begin_of.time))
         << R"(,"args":{)" << arguments << "}}";
  }
  void instant(int process, moment when, std::string_view name, const std::string& arguments) {
    if (!admit()) return;
    head("i", process, when, name);
    out_ << R"(,"s":"t","args":{)" << arguments << "}}";
  }
  void arrow(moment from, moment to, std::string_view name) {
    if (!admit(2)) return;
    ++arrows_;
    head("s", threads_process, from, name);
    out_ << R"(,"cat":"flow","id":)" << arrows_ << '}';
    head("f", threads_process, to, name);
    out_ << R"(,"cat":"flow","bp":"e","id":)" << arrows_ << '}';
  }
  std::size_t left_off() const noexcept { return left_off_; }

private:
  bool admit(std::size_t count = 1) {
    if (written_ + count > most_) left_off_ += count;
    else written_ += count;
    return left_off_ == 0;
  }
  void begin() {
    if (!is_first_) out_ << ",\n";
    is_first_ = false;
  }
  void head(const char* phase, int process, moment at, std::string_view name) {
    begin();
    out_ << R"({"ph":")" << phase << R"(","pid":)" << process << R"(,"tid":)" << at.track + 1
         << R"(,"ts":)" << microseconds(at.time) << R"(,"name":)" << quoted(name);
  }

  std::ostream& out_;
  const std::size_t most_;
  std::size_t written_ = 0;
  std::size_t left_off_ = 0;
  std::size_t arrows_ = 0;
  bool is_first_ = true;
};

/// Finds spans and arrows in records that come in the order of time.
class chrome_events {
public:
  chrome_events(event_list& events, std::size_t tracks) : events_(events), open_(tracks) {}

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
  void gil(std::size_t track, const trace_event& e);
  void end_gil(std::size_t track, nanoseconds time);

  event_list& events_;
  std::vector<std::vector<span>> open_;  // a track's spans that have not ended, outermost first
  std::map<std::size_t, span> gil_;      // what each track does with the GIL: wants or holds it
  std::unordered_map<std::uint32_t, wake> wakes_;  // by task: ready, and not run since
};

std::string_view span_name(trace_kind begun_by) {
  switch (begun_by) {
    case trace_kind::worker_park: return "parked";
    case trace_kind::worker_poll: return "poll";
    case trace_kind::worker_begin: return "worker";
    case trace_kind::gil_want: return "wanted";
    case trace_kind::gil_acquired: return "held";
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
    case trace_kind::gil_drop_request: return "drop request";
    case trace_kind::gil_lost: return "woken, and lost";
    case trace_kind::lock_want: return "mutex wanted";
    case trace_kind::lock_acquired: return "mutex acquired";
    case trace_kind::lock_released: return "mutex released";
    case trace_kind::channel_block: return "channel blocks";
    case trace_kind::channel_transfer: return "channel transfer";
    case trace_kind::stall: return "stall";
    default: return "event";
  }
}

std::string id_argument(std::uint32_t id) { return R"("id":)" + std::to_string(id); }

void chrome_events::add(std::size_t track, const trace_event& e) {
  using kind = trace_kind;
  switch (e.kind) {
    case kind::task_run_begin: return run_begin(track, e);
    case kind::task_run_end:
      return end(track, kind::task_run_begin, e.time,
                 R"("until":)" + quoted(trace_log::text(e.argument)));
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
    case kind::gil_released: return gil(track, e);
    case kind::gil_drop_request:
    case kind::gil_lost:
      return events_.instant(locks_process, {track, e.time}, instant_name(e.kind), {});
    case kind::mark:
      return events_.instant(threads_process, {track, e.time}, trace_log::text(e.argument),
                             id_argument(e.id));
    case kind::task_end:
    case kind::worker_steal: return;  // the end of a span and an arrow show them
    default:
      return events_.instant(threads_process, {track, e.time}, instant_name(e.kind),
                             id_argument(e.id));
  }
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
  events_.span(threads_process, s.begin, end, name, arguments);
}

void chrome_events::gil(std::size_t track, const trace_event& e) {
  end_gil(track, e.time);
  if (e.kind == trace_kind::gil_released) return;
  gil_.insert_or_assign(track, span{{track, e.time}, e.kind, e.id, e.argument});
}

void chrome_events::end_gil(std::size_t track, nanoseconds time) {
  const auto found = gil_.find(track);
  if (found == gil_.end()) return;
  const span& s = found->second;
  events_.span(locks_process, s.begin, time, span_name(s.kind), id_argument(s.id));
  gil_.erase(found);
}

void chrome_events::close_all(nanoseconds end) {
  for (auto& open : open_) {
    for (; !open.empty(); open.pop_back()) write(open.back(), end, {});
  }
  while (!gil_.empty()) end_gil(gil_.begin()->first, end);
}

struct position {
  nanoseconds time;
  std::size_t track;
  std::size_t index;
};

// Of one track in its own order also where two records have the same time.
std::vector<position> in_order_of_time(const trace_log& log) {
  std::vector<position> all;
  for (std::size_t track = 0; track < log.tracks.size(); ++track) {
    const auto& events = log.tracks[track].events;
    for (std::size_t i = 0; i < events.size(); ++i) all.push_back({events[i].time, track, i});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const position& a, const position& b) { return a.time < b.time; });
  return all;
}

void name_tracks(event_list& events, const trace_log& log) {
  events.name("process_name", threads_process, 0, "weft");
  events.name("process_name", locks_process, 0, "GIL");
  for (std::size_t track = 0; track < log.tracks.size(); ++track) {
    events.name("thread_name", threads_process, track, log.tracks[track].name);
    events.name("thread_name", locks_process, track, log.tracks[track].name);
  }
}

}  // namespace

void write_chrome_json(const trace_log& log, std::ostream& out, const trace_json_options& options) {
  out << R"({"displayTimeUnit":"ns","traceEvents":[)" << '\n';
  event_list events(out, options.most_events);
  name_tracks(events, log);
  chrome_events spans(events, log.tracks.size());
  for (const position& p : in_order_of_time(log))
    spans.add(p.track, log.tracks[p.track].events[p.index]);
  spans.close_all(log.length);
  out << "\n],\n"
      << R"("otherData":{"dropped":)" << log.dropped << R"(,"left_off":)" << events.left_off()
      << "}}\n";
}

}  // namespace weft
