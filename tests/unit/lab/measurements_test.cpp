#include "compare/measurements.hpp"

#include <catch2/catch_test_macros.hpp>

using lab::lab_run;

namespace {

lab_run round_of(const std::string& model, int round, std::uint64_t replies, double seconds) {
  lab_run run;
  run.scenario = "report";
  run.title = "GET /report";
  run.model = model;
  run.round = round;
  run.result.replies = replies;
  run.result.measured_seconds = seconds;
  run.result.server = lab::server_usage{.cpu_seconds = seconds};
  lab::kind_result kind;
  kind.name = "report";
  kind.replies = replies;
  kind.latency.record(std::chrono::milliseconds(10 * (round + 1)), replies);
  run.result.kinds.push_back(kind);
  return run;
}

}  // namespace

TEST_CASE("rounds of one model become one line, models stand side by side") {
  const auto lines = lab::summarise({round_of("event_loop", 0, 10, 1), round_of("gil", 0, 30, 2),
                                     round_of("event_loop", 1, 30, 1)});
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].model == "event_loop");
  CHECK(lines[0].per_second == 20);
  CHECK(lines[0].samples == 40);
  CHECK(lines[0].cpu_us == 50'000);
  CHECK(lines[0].cores == 1);
  CHECK(lines[1].model == "gil");
  CHECK(lines[1].ratio == 0.75);
}

TEST_CASE("each kind of a mix is a line with a title of its own") {
  lab_run mix = round_of("gil", 0, 10, 1);
  mix.result.kinds.push_back(mix.result.kinds.front());
  mix.result.kinds.back().name = "heavy";
  const auto lines = lab::summarise({mix});
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].title == "GET /report: report");
  CHECK(lines[1].title == "GET /report: heavy");
}

TEST_CASE("without event_loop there is no ratio") {
  CHECK(lab::summarise({round_of("gil", 0, 10, 1)}).front().ratio == 0);
}
