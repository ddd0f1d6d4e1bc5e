#include "measurements.hpp"

#include <algorithm>
#include <map>

namespace lab {
namespace {

constexpr double mebibyte = 1024.0 * 1024.0;

double to_ms(std::chrono::nanoseconds value) { return static_cast<double>(value.count()) * 1e-6; }

// All rounds of one line of the table.
class summary {
public:
  summary(const lab_run& first, std::size_t kind) : kind_(kind) {
    line_.scenario = first.scenario;
    line_.kind = first.result.kinds[kind].name;
    line_.title = first.title;
    if (first.result.kinds.size() > 1) line_.title += ": " + line_.kind;
    line_.model = first.model;
    line_.threads = first.threads;
  }

  bool covers(const lab_run& run, std::size_t kind) const {
    return line_.scenario == run.scenario && line_.model == run.model &&
           line_.threads == run.threads && kind_ == kind;
  }

  void add(const lab_run& run) {
    const load_result& result = run.result;
    line_.latency.merge(result.kinds[kind_].latency);
    replies_ += static_cast<double>(result.kinds[kind_].replies);
    all_replies_ += static_cast<double>(result.replies);
    seconds_ += result.measured_seconds;
    if (result.server) {
      cpu_seconds_ += result.server->cpu_seconds;
      const double resident = static_cast<double>(result.server->resident_bytes) / mebibyte;
      line_.resident_mib = std::max(line_.resident_mib, resident);
    }
    if (result.generator.limited) line_.limited = result.generator.limit_reason;
  }

  measurement finish() const {
    measurement line = line_;
    line.samples = line.latency.count();
    line.p50_ms = to_ms(line.latency.percentile(50));
    line.p99_ms = to_ms(line.latency.percentile(99));
    line.p999_ms = to_ms(line.latency.percentile(99.9));
    if (seconds_ > 0) line.per_second = replies_ / seconds_;
    if (seconds_ > 0) line.cores = cpu_seconds_ / seconds_;
    if (all_replies_ > 0) line.cpu_us = cpu_seconds_ * 1e6 / all_replies_;
    return line;
  }

private:
  std::size_t kind_;
  measurement line_;
  double replies_ = 0;
  double all_replies_ = 0;
  double seconds_ = 0;
  double cpu_seconds_ = 0;
};

// Scenarios and kinds in the order in which they were first run, models side by side.
void group(std::vector<measurement>& lines) {
  std::map<std::pair<std::string, std::string>, std::size_t> order;
  for (const measurement& line : lines) {
    order.try_emplace({line.scenario, line.kind}, order.size());
  }
  std::stable_sort(lines.begin(), lines.end(), [&](const measurement& a, const measurement& b) {
    return order[{a.scenario, a.kind}] < order[{b.scenario, b.kind}];
  });
}

void add_ratios(std::vector<measurement>& lines) {
  for (measurement& line : lines) {
    const auto base = std::find_if(lines.begin(), lines.end(), [&](const measurement& other) {
      return other.model == "event_loop" && other.scenario == line.scenario &&
             other.kind == line.kind;
    });
    if (base != lines.end() && base->per_second > 0) {
      line.ratio = line.per_second / base->per_second;
    }
  }
}

}  // namespace

std::vector<measurement> summarise(const std::vector<lab_run>& runs) {
  std::vector<summary> summaries;
  for (const lab_run& run : runs) {
    for (std::size_t kind = 0; kind < run.result.kinds.size(); ++kind) {
      auto place = std::find_if(summaries.begin(), summaries.end(),
                                [&](const summary& s) { return s.covers(run, kind); });
      if (place == summaries.end()) place = summaries.insert(place, summary(run, kind));
      place->add(run);
    }
  }
  std::vector<measurement> lines;
  for (const summary& each : summaries) lines.push_back(each.finish());
  group(lines);
  add_ratios(lines);
  return lines;
}

}  // namespace lab
