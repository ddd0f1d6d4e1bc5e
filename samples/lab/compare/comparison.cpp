#include "comparison.hpp"

#include "../load/process_meter.hpp"
#include "answer_check.hpp"
#include "calibration.hpp"
#include "expectations.hpp"
#include "generator.hpp"
#include "machine_description.hpp"
#include "measurements.hpp"
#include "server_process.hpp"

#include <filesystem>
#include <memory>
#include <stdexcept>

namespace lab {
namespace {

// How long everything takes. Quick fits in a minute; its tails rest on fewer requests. On a machine
// that others keep busy the rounds end early, so that the promise holds there too.
struct budget {
  double warm_up;
  double closed_seconds;
  double io_seconds;
  double mix_seconds;
  int report_rounds;
  std::uint64_t reports;  // a round; even, so that two workers end together
  double reports_until;   // no further round begins after so many seconds since the start
  int pinned_rounds;
  double pinned_seconds;
  double pinned_until;
  double connections_seconds;
};
constexpr budget quick_budget{.warm_up = 0.3,
                              .closed_seconds = 0.7,
                              .io_seconds = 1,
                              .mix_seconds = 3.5,
                              .report_rounds = 3,
                              .reports = 12,
                              .reports_until = 39,
                              .pinned_rounds = 7,
                              .pinned_seconds = 0.3,
                              .pinned_until = 48,
                              .connections_seconds = 0.6};
constexpr budget full_budget{.warm_up = 1,
                             .closed_seconds = 3,
                             .io_seconds = 4,
                             .mix_seconds = 16,
                             .report_rounds = 5,
                             .reports = 32,
                             .reports_until = 200,
                             .pinned_rounds = 9,
                             .pinned_seconds = 1,
                             .pinned_until = 250,
                             .connections_seconds = 2};

constexpr double heavy_cpu_ms = 50;

class comparison {
public:
  comparison(const comparison_options& options, progress& shown)
      : options_(options), shown_(shown), budget_(options.quick ? quick_budget : full_budget) {}

  comparison_result run() {
    prepare();
    check_all_answers();
    for (const std::string& model : options_.models) {
      measure_model(model);
      measure_mix(model);
    }
    measure_reports();
    measure_against_limit();
    for (const std::string& model : options_.models) {
      if (is_at_the_heart(model)) measure_connections(model);
    }
    result_.measurements = summarise(result_.runs);
    result_.verdicts = judge_all(result_);
    result_.seconds = shown_.seconds();
    return std::move(result_);
  }

private:
  void prepare() {
    shown_.step("calibrating the report to 50 ms of CPU time");
    result_.created = timestamp();
    result_.machine = describe_machine();
    result_.setup.quick = options_.quick;
    result_.setup.seed = options_.seed;
    result_.setup.models = options_.models;
    const calibration found = calibrate_report(heavy_cpu_ms);
    result_.setup.report_rows = found.rows;
    result_.setup.report_cpu_ms = found.cpu_ms;
  }

  static int threads_of(const std::string& model) {
    if (model == "event_loop") return 1;
    if (model == "gil") return gil_threads;
    return model == "threads" ? most_threads : usable_cores();
  }

  static std::unique_ptr<server_process> start(const std::string& model, int threads,
                                               int core = -1) {
    return std::make_unique<server_process>(
        std::vector<std::string>{program_path(), "serve", "--model", model, "--workers",
                                 std::to_string(threads), "--listen", "127.0.0.1:0"},
        core);
  }

  void check_all_answers() {
    for (const std::string& model : options_.models) {
      shown_.step(model + ": comparing the answers");
      const auto server = start(model, threads_of(model));
      for (std::string& fault : check_answers(server->endpoint(), model)) {
        result_.answer_faults.push_back(std::move(fault));
      }
    }
  }

  std::string report_path() const {
    return "/report?rows=" + std::to_string(result_.setup.report_rows);
  }

  scenario_plan closed(const char* name, const char* title, const char* request) const {
    return {.name = name,
            .title = title,
            .requests = {request},
            .warm_up = budget_.warm_up,
            .seconds = budget_.closed_seconds};
  }

  // Short requests cost the same whoever runs them: there the three models at the heart will do.
  static bool is_at_the_heart(const std::string& model) {
    return model != "threads" && model != "sharded";
  }

  std::vector<scenario_plan> plans_of(const std::string& model) const {
    std::vector<scenario_plan> plans;
    if (is_at_the_heart(model)) plans = plans_of_short_requests();
    plans.push_back(plan_of_waiting());
    return plans;
  }

  std::vector<scenario_plan> plans_of_short_requests() const {
    return {
        closed(scenario::json, "GET /json, closed loop, 64 connections", "json GET /json"),
        closed(scenario::orders, "POST /orders, closed loop, 64 connections",
               "orders POST /orders @order"),
        closed(scenario::items, "GET /items/12, closed loop, 64 connections",
               "items GET /items/12?m=3"),
    };
  }

  scenario_plan plan_of_waiting() const {
    return {.name = scenario::io,
            .title = "GET /io, 5,000 a second that wait 20 ms",
            .requests = {"io GET /io?ms=20"},
            .connections = 512,
            .rate = 5000,
            .warm_up = budget_.warm_up,
            .seconds = budget_.io_seconds};
  }

  bool goes_on(int round, int rounds, double until) const {
    return round == 0 || (round < rounds && shown_.seconds() < until);
  }

  void record(const scenario_plan& plan, const server_process& server, const std::string& model,
              int threads, int round = 0, int core = -1) {
    result_.runs.push_back({plan.name, plan.title, model, threads, round,
                            generate(plan, server.endpoint(), server.pid(), options_.seed, core)});
  }

  void measure_model(const std::string& model) {
    const int threads = threads_of(model);
    const auto server = start(model, threads);
    for (const scenario_plan& plan : plans_of(model)) {
      shown_.step(model + ": " + plan.title);
      record(plan, *server, model, threads);
    }
  }

  void measure_mix(const std::string& model) {
    const scenario_plan plan{
        .name = scenario::mix_a,
        .title = "Mix A, 200 light and 8 heavy requests a second",
        .requests = {"light GET /json 200", "heavy GET " + report_path() + " 8"},
        .connections = 512,
        .rate = 208,
        .warm_up = budget_.warm_up,
        .seconds = budget_.mix_seconds};
    const int threads = model == "gil" ? gil_pool : threads_of(model);
    const auto server = start(model, threads);
    shown_.step(model + ": " + plan.title);
    record(plan, *server, model, threads);
  }

  // Rounds go through all models in turn, so that a slow spell of the machine hits them all.
  void measure_reports() {
    struct contestant {
      std::string model;
      int threads;
      std::unique_ptr<server_process> server;
    };
    std::vector<contestant> contestants;
    for (const std::string& model : options_.models) {
      contestants.push_back({model, threads_of(model), start(model, threads_of(model))});
      if (model == "gil") contestants.push_back({model, 1, start(model, 1)});
    }
    const scenario_plan plan{.name = scenario::report,
                             .title = "GET /report, closed loop, 8 connections",
                             .requests = {"report GET " + report_path()},
                             .connections = 8,
                             .count = budget_.reports};
    for (int round = 0; goes_on(round, budget_.report_rounds, budget_.reports_until); ++round) {
      shown_.step("CPU-bound reports under all models, round " + std::to_string(round + 1) +
                  " of " + std::to_string(budget_.report_rounds));
      for (const contestant& each : contestants) {
        record(plan, *each.server, each.model, each.threads, round);
      }
    }
  }

  // Server and generator each have a core; the two servers take turns, A B A B.
  void measure_against_limit() {
    const std::string limit_path = program_folder() + "/weft_limit";
    const bool comparable = usable_cores() >= 2 && std::filesystem::exists(limit_path) &&
                            result_.setup.models.front() == "event_loop";
    if (!comparable) return;
    const int server_core = usable_core(0);
    const int generator_core = usable_core(1);
    const auto loop = start("event_loop", 1, server_core);
    const server_process limit({limit_path, "--listen", "127.0.0.1:0"}, server_core);
    const scenario_plan plan{.name = scenario::pinned,
                             .title = "GET /json, server and generator on a core each",
                             .requests = {"json GET /json"},
                             .warm_up = 0.15,
                             .seconds = budget_.pinned_seconds};
    for (int round = 0; goes_on(round, budget_.pinned_rounds, budget_.pinned_until); ++round) {
      shown_.step("GET /json against bare epoll, one core each, round " +
                  std::to_string(round + 1) + " of " + std::to_string(budget_.pinned_rounds));
      record(plan, *loop, "event_loop", 1, round, generator_core);
      record(plan, limit, "limit", 1, round, generator_core);
    }
  }

  void measure_connections(const std::string& model) {
    shown_.step(model + ": 1,000 idle and 1,000 busy connections");
    const int threads = threads_of(model);
    const auto server = start(model, threads);
    const scenario_plan plan{.name = scenario::connections,
                             .title = "GET /json, 1,000 busy beside 1,000 idle connections",
                             .requests = {"json GET /json"},
                             .connections = 1000,
                             .idle_connections = 1000,
                             .warm_up = 0.2,
                             .seconds = budget_.connections_seconds};
    record(plan, *server, model, threads);
  }

  const comparison_options& options_;
  progress& shown_;
  const budget& budget_;
  comparison_result result_;
};

}  // namespace

comparison_result compare(const comparison_options& options, progress& shown) {
  return comparison(options, shown).run();
}

}  // namespace lab
