#include "compare/comparison_json.hpp"
#include "compare/html_report.hpp"
#include "compare/measurements.hpp"
#include "compare/number_text.hpp"
#include "compare/svg_chart.hpp"
#include "compare/text_report.hpp"
#include "load/result_json.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>

using lab::comparison_result;

namespace {

comparison_result sample() {
  comparison_result result;
  result.machine.processor = "A <fast> & \"good\" one";
  result.setup.models = {"event_loop", "gil"};
  for (const std::string model : {"event_loop", "gil"}) {
    lab::lab_run run;
    run.scenario = "json";
    run.title = "GET /json";
    run.model = model;
    run.threads = model == "gil" ? 4 : 1;
    run.result.measured_seconds = 2;
    run.result.replies = 3000;
    lab::kind_result kind;
    kind.name = "json";
    kind.replies = 3000;
    kind.latency.record(std::chrono::microseconds(1234), 3000);
    run.result.kinds.push_back(kind);
    result.runs.push_back(run);
  }
  result.measurements = lab::summarise(result.runs);
  result.verdicts.push_back({.id = "x",
                             .expectation = "level",
                             .outcome = "differs",
                             .measured = "1 x",
                             .bound = "2 x",
                             .reason = ""});
  return result;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the JSON report names its schema and holds runs, histograms and verdicts") {
  const auto read = boost::json::parse(lab::write_json_report(sample()));
  CHECK(read.at("schema").as_string() == "weft-lab/1");
  CHECK(read.at("runs").as_array().size() == 2);
  const auto& latency = read.at("runs").at(0).at("result").at("kinds").at(0).at("latency");
  CHECK(latency.at("count").to_number<int>() == 3000);
  CHECK(read.at("verdicts").at(0).at("outcome").as_string() == "differs");
  CHECK(read.at("measurements").at(0).at("per_second").to_number<double>() == 1500);
}

TEST_CASE("a generator's result survives JSON") {
  lab::load_result result = sample().runs.front().result;
  result.server = lab::server_usage{.cpu_seconds = 1.5, .resident_bytes = 7};
  result.errors.status = 3;
  const auto read = lab::load_result_from_json(boost::json::serialize(lab::to_json(result)));
  CHECK(read.replies == 3000);
  CHECK(read.errors.status == 3);
  REQUIRE(read.server);
  CHECK(read.server->cpu_seconds == 1.5);
  CHECK(read.kinds.front().latency.percentile(50) == result.kinds.front().latency.percentile(50));
}

TEST_CASE("the text report shows figures and verdicts, in colour only when asked for") {
  const std::string plain = lab::write_text_report(sample(), lab::colour::off);
  CHECK(contains(plain, "GET /json\n"));
  CHECK(contains(plain, "1,500"));
  CHECK(contains(plain, "1.23"));
  CHECK(contains(plain, "differs"));
  CHECK_FALSE(contains(plain, "\033"));
  CHECK(contains(lab::write_text_report(sample(), lab::colour::on), "\033[31m"));
}

TEST_CASE("the page asks nobody for anything and escapes what it shows") {
  const std::string page = lab::write_html_report(sample());
  for (const char* outside : {"src=", "href=", "@import", "url(", "<script", "//"}) {
    INFO(outside);
    CHECK_FALSE(contains(page, outside));
  }
  CHECK(contains(page, "A &lt;fast&gt; &amp; &quot;good&quot; one"));
  CHECK(contains(page, "prefers-color-scheme: dark"));
}

TEST_CASE("the page has a chart and a table for what was measured") {
  const std::string page = lab::write_html_report(sample());
  CHECK(contains(page, "<polyline class=\"line s0\""));
  CHECK(contains(page, "<polyline class=\"line s1\""));
  CHECK(contains(page, "<td>1,500</td>"));
  CHECK(contains(page, "class=\"words differs\""));
}

TEST_CASE("bars are as long as their values") {
  const std::string svg = lab::bar_chart("t", {{"g", {{"a", 0, 4, "4"}, {"b", 1, 1, "1"}}}});
  CHECK(contains(svg, "width=\"420.0\""));
  CHECK(contains(svg, "width=\"105.0\""));
}

TEST_CASE("a chart without a single point is still a chart") {
  CHECK(contains(lab::percentile_chart("t", {{"a", 0, {}}}), "</svg>"));
}

TEST_CASE("numbers are grouped by thousands") {
  CHECK(lab::grouped(1234567) == "1,234,567");
  CHECK(lab::grouped(123) == "123");
  CHECK(lab::grouped(-1234.56, 1) == "-1,234.6");
  CHECK(lab::short_number(0.0421) == "0.042");
  CHECK(lab::short_number(45.67) == "45.7");
}
