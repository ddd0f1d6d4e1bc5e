#include "serve_command.hpp"

#include "routes.hpp"

#include <weft/runtime/io_kind.hpp>
#include <weft/runtime/model.hpp>
#include <weft/runtime/trace.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace lab {
namespace {

struct serve_options {
  std::string model = "parallel";
  unsigned workers = 0;
  double interval_ms = 0;
  std::vector<std::string> listen{"127.0.0.1:8080"};
  std::string io = "automatic";
  double max_queue_delay_ms = 0;
  std::size_t max_in_flight = 0;
  std::string trace;
};

void set_workers(weft::model& model, unsigned workers) {
  if (auto* const pool = std::get_if<weft::parallel>(&model)) pool->workers = workers;
  else if (auto* const lock = std::get_if<weft::gil>(&model)) lock->threads = workers;
  else if (auto* const loops = std::get_if<weft::sharded>(&model)) loops->shards = workers;
  else if (auto* const each = std::get_if<weft::threads>(&model)) each->max = workers;
  else if (workers != 1) throw CLI::ValidationError("--workers", "event_loop has one worker");
}

void set_interval(weft::model& model, double milliseconds) {
  auto* const lock = std::get_if<weft::gil>(&model);
  if (lock == nullptr) throw CLI::ValidationError("--interval", "only the model gil has one");
  const std::chrono::duration<double, std::milli> interval(milliseconds);
  lock->switch_interval = std::chrono::duration_cast<std::chrono::nanoseconds>(interval);
}

weft::model choose_model(const serve_options& options) {
  auto model = weft::parse_model(options.model);
  if (!model || std::holds_alternative<weft::deterministic>(*model)) {
    throw CLI::ValidationError("--model", "there is no \"" + options.model + "\"; there are " +
                                              std::string(weft::model_names()));
  }
  if (options.workers > 0) set_workers(*model, options.workers);
  if (options.interval_ms > 0) set_interval(*model, options.interval_ms);
  return *model;
}

weft::io_kind choose_io(const serve_options& options) {
  const auto named = weft::parse_io_kind(options.io);
  if (named) return *named;
  throw CLI::ValidationError("--io", "there is no \"" + options.io + "\"; there are " +
                                         std::string(weft::io_kind_names()));
}

// Where they are not given nothing is shed.
void set_admission(weft::http_limits& limits, const serve_options& options) {
  const std::chrono::duration<double, std::milli> delay(options.max_queue_delay_ms);
  if (delay.count() > 0) limits.max_queue_delay = std::chrono::duration_cast<weft::duration>(delay);
  if (options.max_in_flight > 0) limits.max_requests_in_flight = options.max_in_flight;
}

// The file is opened first: an hour of serving is not lost to a wrong path.
int serve_traced(weft::app& app, const weft::run_options& run, const std::string& path) {
  std::ofstream file(path);
  if (!file) {
    std::fprintf(stderr, "lab: cannot write to %s\n", path.c_str());
    return 1;
  }
  weft::trace_session session;
  const int exit_code = app.run(run);
  const weft::trace_log log = session.stop();
  weft::write_chrome_json(log, file);
  std::fprintf(stderr, "lab: wrote the trace to %s; %llu older records were overwritten\n",
               path.c_str(), static_cast<unsigned long long>(log.dropped));
  return exit_code;
}

int serve(const serve_options& options) {
  weft::app app;
  add_routes(app);
  weft::run_options run;
  run.model = choose_model(options);
  run.listen = options.listen;
  run.io = choose_io(options);
  set_admission(run.limits, options);
  return options.trace.empty() ? app.run(run) : serve_traced(app, run, options.trace);
}

}  // namespace

void add_serve_command(CLI::App& program, int& exit_code) {
  const auto options = std::make_shared<serve_options>();
  CLI::App& command = *program.add_subcommand("serve", "Serve the lab's routes under one model");
  command.add_option("--model", options->model, std::string(weft::model_names()))
      ->capture_default_str();
  command.add_option("--workers", options->workers, "Threads (0: as the model has by itself)")
      ->check(CLI::Range(0, 4096));
  command.add_option("--interval", options->interval_ms, "gil: switch interval in ms (5)")
      ->check(CLI::Range(0.05, 10'000.0));
  command
      .add_option(
          "--listen", options->listen,
          "HOST:PORT, unix:PATH, fd:NUMBER or inherited[:NAME], any number of times; port 0 "
          "takes a free one")
      ->allow_extra_args(false)
      ->capture_default_str();
  command
      .add_option("--io", options->io, "How sockets wait: " + std::string(weft::io_kind_names()))
      ->capture_default_str();
  command
      .add_option("--max-queue-delay", options->max_queue_delay_ms,
                  "Shed what has waited for its turn for so many ms (nothing is)")
      ->check(CLI::Range(0.001, 60'000.0));
  command
      .add_option("--max-in-flight", options->max_in_flight,
                  "Shed what comes while so many requests are not answered (nothing is)")
      ->check(CLI::Range(1, 1'000'000));
  command.add_option("--trace", options->trace,
                     "Record until the server stops, for ui.perfetto.dev, into this file");
  command.callback([options, &exit_code] { exit_code = serve(*options); });
}

}  // namespace lab
