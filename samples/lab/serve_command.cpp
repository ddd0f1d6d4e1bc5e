#include "serve_command.hpp"

#include "routes.hpp"

#include <weft/runtime/model.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <variant>

namespace lab {
namespace {

struct serve_options {
  std::string model = "parallel";
  unsigned workers = 0;
  double interval_ms = 0;
  std::string listen = "127.0.0.1:8080";
};

void set_workers(weft::model& model, unsigned workers) {
  if (auto* const pool = std::get_if<weft::parallel>(&model)) pool->workers = workers;
  else if (auto* const lock = std::get_if<weft::gil>(&model)) lock->threads = workers;
  else if (auto* const loops = std::get_if<weft::sharded>(&model)) loops->shards = workers;
  else if (auto* const each = std::get_if<weft::threads>(&model)) each->max = workers;
  else if (workers != 1) throw CLI::ValidationError("event_loop has one worker");
}

void set_interval(weft::model& model, double milliseconds) {
  auto* const lock = std::get_if<weft::gil>(&model);
  if (lock == nullptr) throw CLI::ValidationError("--interval is for the model gil");
  const std::chrono::duration<double, std::milli> interval(milliseconds);
  lock->switch_interval = std::chrono::duration_cast<std::chrono::nanoseconds>(interval);
}

weft::model choose_model(const serve_options& options) {
  auto model = weft::parse_model(options.model);
  if (!model || std::holds_alternative<weft::deterministic>(*model)) {
    throw CLI::ValidationError("there is no model '" + options.model + "'; there are " +
                               std::string(weft::model_names()));
  }
  if (options.workers > 0) set_workers(*model, options.workers);
  if (options.interval_ms > 0) set_interval(*model, options.interval_ms);
  return *model;
}

int serve(const serve_options& options) {
  weft::app app;
  add_routes(app);
  weft::run_options run;
  run.model = choose_model(options);
  run.listen = options.listen;
  return app.run(run);
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
  command.add_option("--listen", options->listen, "HOST:PORT; port 0 takes a free one")
      ->capture_default_str();
  command.callback([options, &exit_code] { exit_code = serve(*options); });
}

}  // namespace lab
