#include "html_report.hpp"

#include "expectations.hpp"
#include "number_text.hpp"
#include "svg_chart.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>

namespace lab {
namespace {

// Okabe and Ito's palette: told apart with every kind of colour vision. Lines differ by their
// dashes too, and every bar and line has its name beside it.
constexpr std::string_view style_sheet = R"css(
:root { color-scheme: light dark; --ink: #1a1a1a; --page: #ffffff; --grid: #d5d5d5; --soft: #f3f3f3;
  --s0: #0072b2; --s1: #b87c00; --s2: #00805e; --s3: #a64d82; --s4: #b24a00;
  --s5: #4a4ea8; --s6: #6f6a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --page: #16181b; --grid: #3c4046;
  --soft: #22262b; --s0: #56b4e9; --s1: #e69f00; --s2: #33c79a; --s3: #cc79a7; --s4: #ff8c42;
  --s5: #a5a8ff; --s6: #d9d04a; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
  max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 0.5rem 0; }
th, td { padding: 0.2rem 0.7rem; text-align: right; border-bottom: 1px solid var(--grid);
  white-space: nowrap; }
th { background: var(--soft); } .words { text-align: left; white-space: normal; }
svg { width: 100%; max-width: 44rem; height: auto; display: block; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
svg .heading { font-weight: 600; } .grid { stroke: var(--grid); }
.line { fill: none; stroke-width: 2.5; }
.line.s0 { stroke: var(--s0); } .line.s1 { stroke: var(--s1); stroke-dasharray: 8 4; }
.line.s2 { stroke: var(--s2); stroke-dasharray: 2 4; } .line.s3 { stroke: var(--s3); }
.line.s4 { stroke: var(--s4); stroke-dasharray: 12 3 2 3; }
.line.s5 { stroke: var(--s5); stroke-dasharray: 2 2; }
.line.s6 { stroke: var(--s6); stroke-dasharray: 16 4; }
.bar.s0 { fill: var(--s0); } .bar.s1 { fill: var(--s1); } .bar.s2 { fill: var(--s2); }
.bar.s3 { fill: var(--s3); } .bar.s4 { fill: var(--s4); }
.bar.s5 { fill: var(--s5); } .bar.s6 { fill: var(--s6); }
svg .name { font-weight: 600; } svg .name.s0 { fill: var(--s0); } svg .name.s1 { fill: var(--s1); }
svg .name.s2 { fill: var(--s2); } svg .name.s3 { fill: var(--s3); } svg .name.s4 { fill: var(--s4); }
svg .name.s5 { fill: var(--s5); } svg .name.s6 { fill: var(--s6); }
.matches::before { content: "\2713  "; } .differs::before { content: "\2717  "; }
.inconclusive::before { content: "?  "; }
.matches { color: var(--s2); } .differs { color: var(--s4); font-weight: 700; }
.inconclusive { color: var(--s1); }
)css";

using lines = std::vector<const measurement*>;

int style_of(const measurement& line) {
  if (line.model == "event_loop") return 0;
  if (line.model == "gil") return line.threads == 1 ? 4 : 1;
  if (line.model == "threads") return 5;
  if (line.model == "sharded") return 6;
  return line.model == "parallel" ? 2 : 3;
}

std::string name_of(const measurement& line) {
  return line.model == "gil" && line.threads == 1 ? "gil, 1 thread" : line.model;
}

std::string cell(const std::string& text) { return "<td>" + escape_html(text) + "</td>"; }
std::string words(const std::string& text) {
  return "<td class=\"words\">" + escape_html(text) + "</td>";
}

std::string table_of(const lines& shown) {
  std::string html =
      "<div class=\"scroll\"><table><thead><tr><th class=\"words\">model</th><th>threads</th>"
      "<th>req/s</th><th>ratio</th><th>p50 ms</th><th>p99 ms</th><th>p99.9 ms</th>"
      "<th>CPU &micro;s/req</th><th>cores</th><th>MiB</th><th class=\"words\">note</th></tr>"
      "</thead><tbody>\n";
  for (const measurement* line : shown) {
    html += "<tr>" + words(line->model) + cell(std::to_string(line->threads)) +
            cell(grouped(line->per_second, line->per_second < 1000 ? 1 : 0)) +
            cell(line->ratio > 0 ? grouped(line->ratio, 2) : "-") +
            cell(short_number(line->p50_ms)) + cell(short_number(line->p99_ms)) +
            cell(short_number(line->p999_ms)) + cell(short_number(line->cpu_us)) +
            cell(grouped(line->cores, 2)) + cell(grouped(line->resident_mib, 1)) +
            words(line->limited.empty() ? "" : "generator-limited: " + line->limited) + "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

chart_series spectrum_of(const measurement& line) {
  chart_series series{name_of(line), style_of(line), {}};
  if (line.samples == 0) return series;
  const double last = std::log10(static_cast<double>(line.samples));
  for (double x = 0; x <= last; x += 0.04) {
    const double percent = 100 * (1 - std::pow(10, -x));
    const auto value = line.latency.percentile(percent);
    series.points.emplace_back(x, static_cast<double>(value.count()) * 1e-6);
  }
  return series;
}

std::string spectrum(const std::string& title, const lines& shown) {
  std::vector<chart_series> series;
  for (const measurement* line : shown) series.push_back(spectrum_of(*line));
  return percentile_chart(title + ": latency by percentile", series);
}

using figure = std::function<double(const measurement&)>;

bar_group bars_of(const std::string& heading, const lines& shown, const figure& value,
                  const std::string& unit) {
  bar_group group{heading, {}};
  for (const measurement* line : shown) {
    group.bars.push_back(
        {name_of(*line), style_of(*line), value(*line), short_number(value(*line)) + unit});
  }
  return group;
}

class page {
public:
  explicit page(const comparison_result& result) : result_(result) {}

  std::string write() const {
    return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
           "<title>The Concurrency Lab</title><style>" +
           std::string(style_sheet) + "</style></head>\n<body>\n<h1>The Concurrency Lab</h1>\n" +
           setup() + verdicts() + throughput() + processor_time() + memory() + scenarios() +
           "</body></html>\n";
  }

private:
  // The lines of one scenario, in the order of the table; kinds stay apart by their titles.
  lines of(std::string_view scenario, std::string_view title = {}) const {
    lines found;
    for (const measurement& line : result_.measurements) {
      if (line.scenario == scenario && (title.empty() || line.title == title)) {
        found.push_back(&line);
      }
    }
    return found;
  }

  std::string setup() const {
    const machine_facts& machine = result_.machine;
    return "<p>The same handlers under several concurrency models, one after another with the same "
           "requests at the same moments. Seed " +
           std::to_string(result_.setup.seed) + "; one report is " +
           grouped(static_cast<double>(result_.setup.report_rows)) + " rows, " +
           grouped(result_.setup.report_cpu_ms, 1) + " ms of CPU time.</p>\n<p>" +
           escape_html(machine.processor + ", " + std::to_string(machine.cores) + " cores, " +
                       machine.kernel + ", " + machine.compiler + " (" + machine.build + "), " +
                       result_.created) +
           "</p>\n";
  }

  std::string verdicts() const {
    std::string html =
        "<h2>Verdicts</h2>\n<div class=\"scroll\"><table><thead><tr><th class=\"words\">verdict"
        "</th><th class=\"words\">expectation</th><th>measured</th><th>expected</th>"
        "<th class=\"words\">because</th></tr></thead><tbody>\n";
    for (const verdict& each : result_.verdicts) {
      html += "<tr><td class=\"words " + each.outcome + "\">" + each.outcome + "</td>" +
              words(each.expectation) + cell(each.measured) + cell(each.bound) +
              words(each.reason) + "</tr>\n";
    }
    html += "</tbody></table></div>\n";
    for (const std::string& fault : result_.answer_faults) {
      html += "<p class=\"differs\">wrong answer: " + escape_html(fault) + "</p>\n";
    }
    return html;
  }

  std::string throughput() const {
    std::vector<bar_group> groups;
    for (const char* name : {scenario::json, scenario::orders, scenario::items, scenario::report}) {
      const lines shown = of(name);
      if (shown.empty() || shown.front()->ratio == 0) continue;
      groups.push_back(bars_of(
          name, shown, [](const measurement& m) { return m.ratio; }, " x"));
    }
    if (groups.empty()) return {};
    return "<h2>Throughput against event_loop</h2>\n" +
           bar_chart("Requests a second as a multiple of event_loop's", groups);
  }

  std::string processor_time() const {
    std::vector<bar_group> groups;
    for (const char* name : {scenario::json, scenario::orders, scenario::items, scenario::pinned}) {
      const lines shown = of(name);
      if (shown.empty()) continue;
      groups.push_back(bars_of(
          shown.front()->title, shown, [](const measurement& m) { return m.cpu_us; }, " µs"));
    }
    return "<h2>CPU time of the server a request</h2>\n" +
           bar_chart("Microseconds of CPU time a request", groups);
  }

  std::string memory() const {
    const lines shown = of(scenario::connections);
    if (shown.empty()) return {};
    return "<h2>Resident memory with 2,000 connections</h2>\n" +
           bar_chart("Resident memory in MiB",
                     {bars_of(
                         shown.front()->title, shown,
                         [](const measurement& m) { return m.resident_mib; }, " MiB")});
  }

  std::string scenarios() const {
    std::string html;
    std::string_view last;
    for (const measurement& line : result_.measurements) {
      if (line.title == last) continue;
      last = line.title;
      const lines shown = of(line.scenario, line.title);
      html += "<h2>" + escape_html(line.title) + "</h2>\n" + spectrum(line.title, shown) +
              table_of(shown);
    }
    return html;
  }

  const comparison_result& result_;
};

}  // namespace

std::string write_html_report(const comparison_result& result) { return page(result).write(); }

}  // namespace lab
