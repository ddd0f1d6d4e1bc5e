#include "expectations.hpp"

#include "judgement.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <set>

namespace lab {
namespace {

constexpr double most_other_cores = 0.15;
constexpr double most_stolen_cores = 0.10;
constexpr double most_late_ms = 1.0;
constexpr std::uint64_t fewest_samples = 500;                     // five beyond the 99th percentile
constexpr double any = -std::numeric_limits<double>::infinity();  // no lower bound
constexpr double mebibyte = 1024.0 * 1024.0;

struct side {
  const char* scenario;
  const char* model;
  int threads = 0;  // 0: any
};

using figure = std::function<double(const lab_run&)>;

double throughput(const lab_run& run) { return run.result.per_second; }

double cpu_per_request(const lab_run& run) {
  return run.result.server ? run.result.server->cpu_us_per_request : 0;
}

double light_p99(const lab_run& run) {
  return static_cast<double>(run.result.kinds.front().latency.percentile(99).count());
}

double p50(const lab_run& run) {
  return static_cast<double>(run.result.kinds.front().latency.percentile(50).count());
}

std::string number(const char* format, double value) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string describe(const lab_run& run) { return run.model + " " + run.scenario + ": "; }

class bench_of_judges {
public:
  explicit bench_of_judges(const comparison_result& result) : result_(result) {}

  std::vector<verdict> all() {
    answers_are_equal();
    report_scales();
    io_is_equal();
    light_requests_are_fast();
    close_to_the_limit();
    serves_many_connections();
    return std::move(verdicts_);
  }

private:
  bool measured(const char* model) const {
    const auto& models = result_.setup.models;
    return std::find(models.begin(), models.end(), model) != models.end();
  }

  std::vector<const lab_run*> runs_of(const side& wanted) const {
    std::vector<const lab_run*> found;
    for (const lab_run& run : result_.runs) {
      if (run.scenario == wanted.scenario && run.model == wanted.model &&
          (wanted.threads == 0 || run.threads == wanted.threads)) {
        found.push_back(&run);
      }
    }
    return found;
  }

  // The n-th round of one side over the n-th round of the other.
  evidence ratio(const side& above, const side& below, const figure& value) const {
    const auto upper = runs_of(above);
    const auto lower = runs_of(below);
    evidence found;
    for (std::size_t i = 0; i < std::min(upper.size(), lower.size()); ++i) {
      if (value(*lower[i]) > 0) found.rounds.push_back(value(*upper[i]) / value(*lower[i]));
      add_doubts(found, *upper[i]);
      add_doubts(found, *lower[i]);
    }
    need_cores(found);
    return found;
  }

  void need_cores(evidence& found) const {
    if (result_.machine.cores < 2) found.doubts.push_back("needs 2 cores, there is 1");
  }

  static void doubt(evidence& found, std::string why) {
    if (std::find(found.doubts.begin(), found.doubts.end(), why) == found.doubts.end()) {
      found.doubts.push_back(std::move(why));
    }
  }

  static void add_doubts(evidence& found, const lab_run& run) {
    const load_result& result = run.result;
    const std::string where = describe(run);
    if (result.machine.other_cores > most_other_cores) {
      doubt(found, where + number("other processes used %.2f cores", result.machine.other_cores));
    }
    if (result.machine.stolen_cores > most_stolen_cores) {
      doubt(found, where + number("%.2f cores were stolen", result.machine.stolen_cores));
    }
    if (result.generator.late_p99_ms > most_late_ms) {
      doubt(found, where + number("generator-limited, requests sent %.1f ms late",
                                  result.generator.late_p99_ms));
    }
    if (result.errors.sum() > 0) doubt(found, where + "errors");
  }

  void add(const expectation& expected, const evidence& found) {
    verdicts_.push_back(judge(expected, found));
  }

  void answers_are_equal() {
    evidence found;
    double wrong = static_cast<double>(result_.answer_faults.size());
    for (const lab_run& run : result_.runs) {
      if (run.scenario != scenario::connections) {
        wrong += static_cast<double>(run.result.errors.sum());
      }
    }
    found.rounds = {wrong};
    add({"answers", "every model gives the same right answers, none is lost", " faults", any, 0},
        found);
  }

  void report_scales() {
    const side parallel{scenario::report, "parallel"};
    const side loop{scenario::report, "event_loop"};
    const side gil{scenario::report, "gil", gil_threads};
    if (measured("parallel") && measured("event_loop")) {
      add({"report-parallel-loop", "CPU-bound work: parallel on 2 cores beats event_loop", " x",
           1.8, std::numeric_limits<double>::infinity()},
          ratio(parallel, loop, throughput));
    }
    if (measured("parallel") && measured("gil")) {
      add({"report-parallel-gil", "CPU-bound work: parallel on 2 cores beats gil", " x", 1.8,
           std::numeric_limits<double>::infinity()},
          ratio(parallel, gil, throughput));
    }
    for (const char* model : {"threads", "sharded"}) {
      if (!measured("event_loop") || !measured(model)) continue;
      add({"report-" + std::string(model) + "-loop",
           "CPU-bound work: " + std::string(model) + " on 2 cores beats event_loop", " x", 1.6,
           std::numeric_limits<double>::infinity()},
          ratio({scenario::report, model}, loop, throughput));
    }
    if (measured("gil")) {
      add({"report-gil-threads", "CPU-bound work: gil with 4 threads is as fast as with 1", " x",
           0.90, 1.02},
          ratio(gil, {scenario::report, "gil", 1}, throughput));
    }
  }

  void io_is_equal() {
    for (const char* model : {"gil", "threads", "sharded", "parallel"}) {
      if (!measured("event_loop") || !measured(model)) continue;
      const side here{scenario::io, model};
      const side loop{scenario::io, "event_loop"};
      add({"io-rate-" + std::string(model),
           "waiting: " + std::string(model) + " answers as many a second as event_loop", " x", 0.90,
           1.10},
          ratio(here, loop, throughput));
      add({"io-median-" + std::string(model),
           "waiting: the median under " + std::string(model) + " is that of event_loop", " x", 0.90,
           1.10},
          ratio(here, loop, p50));
    }
  }

  void light_requests_are_fast() {
    const auto expect = [&](const char* model, const char* sentence, double at_most,
                            double at_least = any) {
      if (!measured("event_loop") || !measured(model)) return;
      evidence found = ratio({scenario::mix_a, model}, {scenario::mix_a, "event_loop"}, light_p99);
      for (const char* each : {model, "event_loop"}) {
        for (const lab_run* run : runs_of({scenario::mix_a, each})) {
          const std::uint64_t samples = run->result.kinds.front().latency.count();
          if (samples < fewest_samples) {
            doubt(found, describe(*run) + "only " + std::to_string(samples) + " light requests");
          }
        }
      }
      add({"light-p99-" + std::string(model), sentence, " x", at_least, at_most}, found);
    };
    expect("gil", "Mix A: light requests' p99 under gil is at most half of event_loop's", 1.0 / 2);
    expect("threads", "Mix A: light requests' p99 under threads is at most a quarter", 1.0 / 4);
    expect("sharded", "Mix A: light requests' p99 under sharded is near event_loop's", 1.25, 0.25);
    expect("parallel", "Mix A: light requests' p99 under parallel is at most a tenth", 1.0 / 10);
  }

  void close_to_the_limit() {
    if (!measured("event_loop")) return;
    evidence found =
        ratio({scenario::pinned, "event_loop"}, {scenario::pinned, "limit"}, cpu_per_request);
    if (runs_of({scenario::pinned, "limit"}).empty()) {
      found.doubts.push_back("weft_limit stands not beside this program");
    }
    add({"cpu-limit", "server CPU per GET /json under event_loop, against bare epoll", " x", any,
         1.35},
        found);
  }

  void serves_many_connections() {
    for (const std::string& model : result_.setup.models) {
      if (runs_of({scenario::connections, model.c_str()}).empty()) continue;
      evidence errors;
      evidence memory;
      for (const lab_run* run : runs_of({scenario::connections, model.c_str()})) {
        const load_result& found = run->result;
        const std::uint64_t silent = found.idle_asked - found.idle_answered;
        errors.rounds.push_back(static_cast<double>(found.errors.sum() + silent));
        if (found.server) {
          memory.rounds.push_back(static_cast<double>(found.server->resident_bytes) / mebibyte);
        }
      }
      add({"connections-" + model, "1,000 idle and 1,000 busy connections: errors under " + model,
           "", any, 0},
          errors);
      add({"memory-" + model, "1,000 idle and 1,000 busy connections: memory under " + model,
           " MiB", any, 25},
          memory);
    }
  }

  const comparison_result& result_;
  std::vector<verdict> verdicts_;
};

}  // namespace

std::vector<verdict> judge_all(const comparison_result& result) {
  return bench_of_judges(result).all();
}

}  // namespace lab
