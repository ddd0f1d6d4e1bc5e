#include "compare/expectations.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

using lab::comparison_result;
using lab::lab_run;
using lab::verdict;

namespace {

using milliseconds = std::chrono::milliseconds;

lab_run run_of(const std::string& scenario, const std::string& model, int threads, double rate,
               milliseconds latency = milliseconds(20)) {
  lab_run run;
  run.scenario = scenario;
  run.model = model;
  run.threads = threads;
  run.result.per_second = rate;
  run.result.server = lab::server_usage{.cpu_us_per_request = 6, .resident_bytes = 10 << 20};
  run.result.idle_asked = run.result.idle_answered = 2000;
  lab::kind_result kind;
  kind.latency.record(latency, 1000);
  run.result.kinds.push_back(kind);
  return run;
}

// A machine on which everything is as it should be.
comparison_result good_result() {
  comparison_result result;
  result.machine.cores = 2;
  result.setup.models = {"event_loop", "gil", "threads", "sharded", "parallel"};
  result.runs = {
      run_of("report", "event_loop", 1, 20),
      run_of("report", "gil", 4, 19.5),
      run_of("report", "gil", 1, 20),
      run_of("report", "threads", 256, 39),
      run_of("report", "sharded", 2, 38),
      run_of("report", "parallel", 2, 39.5),
      run_of("io", "event_loop", 1, 5000),
      run_of("io", "gil", 4, 4990),
      run_of("io", "threads", 256, 5005),
      run_of("io", "sharded", 2, 5000),
      run_of("io", "parallel", 2, 5010),
      run_of("mix_a", "event_loop", 1, 208, milliseconds(120)),
      run_of("mix_a", "gil", 40, 208, milliseconds(20)),
      run_of("mix_a", "threads", 256, 208, milliseconds(3)),
      run_of("mix_a", "sharded", 2, 208, milliseconds(70)),
      run_of("mix_a", "parallel", 2, 208, milliseconds(10)),
      run_of("json_pinned", "event_loop", 1, 90'000),
      run_of("json_pinned", "limit", 1, 100'000),
      run_of("connections", "event_loop", 1, 90'000),
      run_of("connections", "gil", 4, 90'000),
      run_of("connections", "parallel", 2, 90'000),
  };
  return result;
}

lab_run& find(comparison_result& result, const std::string& scenario, const std::string& model) {
  return *std::find_if(result.runs.begin(), result.runs.end(), [&](const lab_run& run) {
    return run.scenario == scenario && run.model == model;
  });
}

verdict verdict_on(const comparison_result& result, const std::string& id) {
  for (const verdict& each : lab::judge_all(result)) {
    if (each.id == id) return each;
  }
  FAIL("no verdict on " << id);
  return {};
}

}  // namespace

TEST_CASE("what behaves as the models promise matches in every point") {
  for (const verdict& each : lab::judge_all(good_result())) {
    INFO(each.id << ": " << each.measured << " " << each.reason);
    CHECK(each.outcome == "matches");
  }
}

TEST_CASE("parallel that is no faster differs") {
  auto result = good_result();
  find(result, "report", "parallel").result.per_second = 22;
  CHECK(verdict_on(result, "report-parallel-loop").outcome == "differs");
  CHECK(verdict_on(result, "report-parallel-gil").outcome == "differs");
}

TEST_CASE("a gil that scales with threads, or collapses, differs") {
  auto result = good_result();
  find(result, "report", "gil").result.per_second = 24;  // the first is the one with 4 threads
  CHECK(verdict_on(result, "report-gil-threads").outcome == "differs");
  find(result, "report", "gil").result.per_second = 15;
  CHECK(verdict_on(result, "report-gil-threads").outcome == "differs");
}

TEST_CASE("a light tail under gil above half of event_loop's differs") {
  auto result = good_result();
  find(result, "mix_a", "gil") = run_of("mix_a", "gil", 4, 208, milliseconds(61));
  CHECK(verdict_on(result, "light-p99-gil").outcome == "differs");
  CHECK(verdict_on(result, "light-p99-parallel").outcome == "matches");
}

TEST_CASE("a light tail under parallel above a tenth of event_loop's differs") {
  auto result = good_result();
  find(result, "mix_a", "parallel") = run_of("mix_a", "parallel", 2, 208, milliseconds(13));
  CHECK(verdict_on(result, "light-p99-parallel").outcome == "differs");
  CHECK(verdict_on(result, "light-p99-gil").outcome == "matches");
}

TEST_CASE("shards that lose the loop's tail differ, and so do threads that have it") {
  auto result = good_result();
  find(result, "mix_a", "sharded") = run_of("mix_a", "sharded", 2, 208, milliseconds(5));
  find(result, "mix_a", "threads") = run_of("mix_a", "threads", 256, 208, milliseconds(50));
  CHECK(verdict_on(result, "light-p99-sharded").outcome == "differs");
  CHECK(verdict_on(result, "light-p99-threads").outcome == "differs");
}

TEST_CASE("shards or threads that do not use both cores differ") {
  auto result = good_result();
  find(result, "report", "sharded").result.per_second = 22;
  find(result, "report", "threads").result.per_second = 22;
  CHECK(verdict_on(result, "report-sharded-loop").outcome == "differs");
  CHECK(verdict_on(result, "report-threads-loop").outcome == "differs");
}

TEST_CASE("a slow wait under one model differs in its median") {
  auto result = good_result();
  find(result, "io", "gil") = run_of("io", "gil", 4, 4990, milliseconds(23));
  CHECK(verdict_on(result, "io-median-gil").outcome == "differs");
  CHECK(verdict_on(result, "io-rate-gil").outcome == "matches");
}

TEST_CASE("too much CPU time a request differs from the limit") {
  auto result = good_result();
  find(result, "json_pinned", "event_loop").result.server->cpu_us_per_request = 8.5;
  CHECK(verdict_on(result, "cpu-limit").outcome == "differs");
}

TEST_CASE("a silent idle connection, an error and too much memory differ") {
  auto result = good_result();
  find(result, "connections", "gil").result.idle_answered = 1999;
  find(result, "connections", "parallel").result.errors.closed = 1;
  find(result, "connections", "event_loop").result.server->resident_bytes = 26 << 20;
  CHECK(verdict_on(result, "connections-gil").outcome == "differs");
  CHECK(verdict_on(result, "connections-parallel").outcome == "differs");
  CHECK(verdict_on(result, "connections-event_loop").outcome == "matches");
  CHECK(verdict_on(result, "memory-event_loop").outcome == "differs");
}

TEST_CASE("a wrong answer or a lost one differs") {
  auto wrong = good_result();
  wrong.answer_faults.push_back("gil: GET /json: 500 instead of 200");
  CHECK(verdict_on(wrong, "answers").outcome == "differs");
  auto lost = good_result();
  find(lost, "io", "gil").result.errors.unanswered = 1;
  CHECK(verdict_on(lost, "answers").outcome == "differs");
}

TEST_CASE("one core makes every comparison of models inconclusive") {
  auto result = good_result();
  result.machine.cores = 1;
  CHECK(verdict_on(result, "report-parallel-loop").outcome == "inconclusive");
  CHECK(verdict_on(result, "light-p99-gil").reason == "needs 2 cores, there is 1");
}

TEST_CASE("a disturbed run is inconclusive and says which and why") {
  auto busy = good_result();
  find(busy, "report", "parallel").result.machine.other_cores = 0.4;
  CHECK(verdict_on(busy, "report-parallel-loop").reason ==
        "parallel report: other processes used 0.40 cores");
  auto stolen = good_result();
  find(stolen, "report", "event_loop").result.machine.stolen_cores = 0.3;
  CHECK(verdict_on(stolen, "report-parallel-loop").outcome == "inconclusive");
  auto late = good_result();
  find(late, "mix_a", "gil").result.generator.late_p99_ms = 2.5;
  CHECK(verdict_on(late, "light-p99-gil").outcome == "inconclusive");
  CHECK(verdict_on(late, "light-p99-parallel").outcome == "matches");
}

TEST_CASE("a generator with a busy core alone makes nothing inconclusive") {
  auto result = good_result();
  auto& generator = find(result, "json_pinned", "event_loop").result.generator;
  generator.limited = true;
  generator.cores = 0.99;
  CHECK(verdict_on(result, "cpu-limit").outcome == "matches");
}

TEST_CASE("a tail that rests on too few requests is inconclusive") {
  auto result = good_result();
  auto& light = find(result, "mix_a", "parallel").result.kinds.front();
  light.latency = {};
  light.latency.record(milliseconds(10), 499);
  CHECK(verdict_on(result, "light-p99-parallel").reason ==
        "parallel mix_a: only 499 light requests");
}

TEST_CASE("without the bare epoll responder its comparison is inconclusive") {
  auto result = good_result();
  std::erase_if(result.runs, [](const lab_run& run) { return run.model == "limit"; });
  CHECK(verdict_on(result, "cpu-limit").outcome == "inconclusive");
}

TEST_CASE("expectations of models that were left out are left out") {
  auto result = good_result();
  result.setup.models = {"event_loop"};
  for (const verdict& each : lab::judge_all(result)) {
    CHECK(each.id.find("gil") == std::string::npos);
    CHECK(each.id.find("parallel") == std::string::npos);
    CHECK(each.id.find("sharded") == std::string::npos);
    CHECK(each.id.find("threads") == std::string::npos);
  }
}
