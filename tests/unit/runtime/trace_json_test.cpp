#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/guarded.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/trace.hpp>
#include <weft/runtime/yield.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using weft::task;
using weft::trace_kind;
using weft::trace_log;

json::object export_of(const trace_log& log, std::size_t most_events = 300'000) {
  std::ostringstream out;
  weft::write_chrome_json(log, out, {.most_events = most_events});
  return json::parse(out.str()).as_object();
}

task<> spin_and_yield(int times) {
  for (int i = 0; i < times; ++i) {
    weft::checkpoint();
    co_await weft::yield();
  }
}

task<> several(int times) {
  weft::task_group group;
  for (int i = 0; i < 4; ++i) group.go(spin_and_yield(times));
  weft::trace_mark("say \"go\"");
  (void)co_await weft::sleep(2ms);
  co_await group.join();
}

trace_log record(const weft::test::named_model& m, int times = 20) {
  weft::trace_session session;
  weft::test::run_under(m, several(times));
  return session.stop();
}

std::string text(const json::object& event, const char* key) {
  return std::string(event.at(key).as_string());
}

// The format counts microseconds; the writer keeps nanoseconds.
long long nanoseconds(const json::object& event, const char* key) {
  return std::llround(event.at(key).to_number<double>() * 1000);
}

using track = std::pair<std::int64_t, std::int64_t>;
track track_of(const json::object& event) {
  return {event.at("pid").as_int64(), event.at("tid").as_int64()};
}

std::vector<json::object> events_of(const json::object& document, const char* phase) {
  std::vector<json::object> found;
  for (const auto& event : document.at("traceEvents").as_array()) {
    if (text(event.as_object(), "ph") == phase) found.push_back(event.as_object());
  }
  return found;
}

struct span {
  long long begin;
  long long end;
};

// Whether each two spans of a track are apart, or one holds the other.
bool nests(std::vector<span> spans) {
  std::sort(spans.begin(), spans.end(), [](const span& a, const span& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<span> around;
  for (const span& s : spans) {
    while (!around.empty() && around.back().end <= s.begin) around.pop_back();
    if (!around.empty() && s.end > around.back().end) return false;
    around.push_back(s);
  }
  return true;
}

TEST_CASE("the export parses, and the spans of each track nest") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    const json::object document = export_of(record(m));
    std::map<track, std::vector<span>> tracks;
    for (const json::object& e : events_of(document, "X")) {
      const long long begin = nanoseconds(e, "ts");
      tracks[track_of(e)].push_back({begin, begin + nanoseconds(e, "dur")});
    }
    CHECK_FALSE(tracks.empty());
    for (const auto& [which, spans] : tracks) {
      CAPTURE(which.first, which.second);
      CHECK(nests(spans));
    }
    CHECK(document.at("otherData").as_object().at("dropped").as_int64() == 0);
    CHECK(document.at("otherData").as_object().at("left_off").as_int64() == 0);
  }
}

TEST_CASE("every thread has a name, and marks are written as they were given") {
  const json::object document = export_of(record({"event_loop", weft::event_loop{}}));
  std::string names;
  for (const json::object& e : events_of(document, "M")) {
    names += text(e.at("args").as_object(), "name") + ' ';
  }
  CHECK(names == "weft GIL worker 0 worker 0 ");
  std::string marks;
  for (const json::object& e : events_of(document, "i")) {
    if (text(e, "name").starts_with("say")) marks += text(e, "name");
  }
  CHECK(marks == "say \"go\"");
}

TEST_CASE("the strips of the GIL are a process of their own and never overlap") {
  const json::object document = export_of(record({"gil", weft::gil{.threads = 3}}));
  std::vector<span> held;
  for (const json::object& e : events_of(document, "X")) {
    const bool is_gil = text(e, "name") == "held" || text(e, "name") == "wanted";
    CHECK(is_gil == (track_of(e).first == 2));
    const long long begin = nanoseconds(e, "ts");
    if (text(e, "name") == "held") held.push_back({begin, begin + nanoseconds(e, "dur")});
  }
  std::sort(held.begin(), held.end(),
            [](const span& a, const span& b) { return a.begin < b.begin; });
  REQUIRE(held.size() >= 2);
  for (std::size_t i = 1; i < held.size(); ++i) CHECK(held[i - 1].end <= held[i].begin);
}

TEST_CASE("each arrow leads from a wake-up to a later run") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    const json::object document = export_of(record(m));
    const auto from = events_of(document, "s");
    const auto to = events_of(document, "f");
    REQUIRE(from.size() == to.size());
    CHECK(from.size() > 50);
    for (std::size_t i = 0; i < from.size(); ++i) {
      CHECK(from[i].at("id") == to[i].at("id"));
      CHECK(nanoseconds(from[i], "ts") <= nanoseconds(to[i], "ts"));
    }
  }
}

task<> hold_often(weft::guarded<int>& first, weft::guarded<int>& second) {
  for (int i = 0; i < 20; ++i) {
    co_await first.with([](int& n) { ++n; });
    co_await second.with([](int& n) { ++n; });
    co_await weft::yield();
  }
}

task<> hold_two_mutexes() {
  weft::guarded<int> first(0);
  weft::guarded<int> second(0);
  weft::task_group group;
  for (int i = 0; i < 3; ++i) group.go(hold_often(first, second));
  co_await group.join();
}

TEST_CASE("each mutex has a strip that says who held it, one at a time") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    weft::trace_session session;
    weft::test::run_under(m, hold_two_mutexes());
    std::map<std::int64_t, std::vector<span>> strips;
    for (const json::object& e : events_of(export_of(session.stop()), "X")) {
      if (track_of(e).first != 3) continue;
      CHECK(text(e, "name").starts_with("task "));
      const long long begin = nanoseconds(e, "ts");
      strips[track_of(e).second].push_back({begin, begin + nanoseconds(e, "dur")});
    }
    REQUIRE(strips.size() == 2);
    for (auto& [which, held] : strips) {
      CHECK(held.size() == 60);
      for (std::size_t i = 1; i < held.size(); ++i) CHECK(held[i - 1].end <= held[i].begin);
    }
  }
}

TEST_CASE("a request is shown from its arrival on any thread to its answer") {
  weft::trace_session session;
  weft::test::run_seeded([]() -> task<> {
    weft::request_trace answered;
    weft::request_trace open;
    answered.arrived();
    co_await weft::yield();
    open.arrived();
    answered.parsed();
    answered.done(200);
  }());
  std::string phases;
  std::int64_t status = 0;
  const json::object document = export_of(session.stop());
  for (const auto& event : document.at("traceEvents").as_array()) {
    const json::object& e = event.as_object();
    if (track_of(e).first != 4 || text(e, "ph") == "M") continue;
    phases += text(e, "ph");
    const json::object& arguments = e.at("args").as_object();
    if (arguments.contains("status")) status = arguments.at("status").as_int64();
  }
  CHECK(phases == "bnebe");  // the second is open at the end of the session
  CHECK(status == 200);
}

TEST_CASE("a run says where its task was started") {
  std::string started;
  for (const json::object& e :
       events_of(export_of(record({"event_loop", weft::event_loop{}})), "X")) {
    const json::object& arguments = e.at("args").as_object();
    if (arguments.contains("started")) started += text(arguments, "started") + ' ';
  }
  CHECK(started.find("trace_json_test.cpp:") != std::string::npos);
}

TEST_CASE("at most 300,000 events are written where nobody asks for more, and the rest counted") {
  trace_log log;
  log.tracks.resize(1);
  const std::size_t written = 300'000;
  for (std::size_t i = 0; i < written + 7; ++i) {
    log.tracks[0].events.push_back({std::chrono::nanoseconds(i), 1, 0, trace_kind::lock_want});
  }
  log.dropped = 5;
  std::ostringstream out;
  weft::write_chrome_json(log, out);
  const std::string document = out.str();
  std::size_t count = 0;
  for (auto at = document.find(R"("ph":"i")"); at != std::string::npos;
       at = document.find(R"("ph":"i")", at + 1)) {
    ++count;
  }
  CHECK(count == written);
  CHECK(document.find(R"("otherData":{"dropped":5,"left_off":7})") != std::string::npos);
}

TEST_CASE("where times are the same, what made a task ready comes before its run") {
  trace_log log;
  log.tracks.resize(2);
  log.tracks[0].events = {{1us, 1, 0, trace_kind::task_run_begin}};
  log.tracks[1].events = {{500ns, 1, 0, trace_kind::task_spawn},
                          {1us, 1, 0, trace_kind::task_ready}};
  std::string kinds;
  for (const trace_log::position& p : log.by_time()) {
    kinds += std::to_string(static_cast<int>(log.tracks[p.track].events[p.index].kind)) + ' ';
  }
  CHECK(kinds == "10 11 12 ");
  CHECK(events_of(export_of(log), "f").size() == 1);
}

TEST_CASE("events above the limit are left off and counted, and what is there still nests") {
  const trace_log log = record({"event_loop", weft::event_loop{}}, 200);
  const auto all = export_of(log);
  const auto some = export_of(log, 100);
  const auto without_names = [](const json::object& document) {
    return document.at("traceEvents").as_array().size() - events_of(document, "M").size();
  };
  CHECK(without_names(some) <= 100);
  CHECK(without_names(some) > 90);
  const auto left_off = some.at("otherData").as_object().at("left_off").as_int64();
  CHECK(without_names(some) + static_cast<std::size_t>(left_off) == without_names(all));
}

TEST_CASE("a span that has not ended when the session stops reaches to its end") {
  weft::scheduler s(weft::event_loop{});
  const trace_log log = s.run([]() -> task<trace_log> {
    weft::trace_session session;
    co_await weft::yield();
    co_return session.stop();
  }());
  bool found = false;
  for (const json::object& e : events_of(export_of(log), "X")) {
    const long long end = nanoseconds(e, "ts") + nanoseconds(e, "dur");
    found = found || end == log.length.count();
  }
  CHECK(found);
}

}  // namespace
