#include "load_command.hpp"

#include "endpoint.hpp"
#include "load_loop.hpp"
#include "load_plan.hpp"
#include "process_meter.hpp"
#include "request_spec.hpp"
#include "result_json.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>

namespace lab {
namespace {

struct load_options {
  load_plan plan;
  std::vector<std::string> requests;
  std::string arrivals = "poisson";
  bool reconnect = false;
  bool any_body = false;
  int cpu = -1;
  std::string json_file;
};

// Thousands of connections need as many descriptors; timers may not be rounded to 50 us.
void prepare_process(const load_options& options) {
  if (options.plan.loop() == loop_kind::open) ask_for_prompt_wakeups();
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  if (options.cpu >= 0 && !pin_to_core(options.cpu)) {
    throw CLI::ValidationError("--cpu", "there is no core " + std::to_string(options.cpu));
  }
}

double to_ms(std::chrono::nanoseconds value) { return static_cast<double>(value.count()) * 1e-6; }

void print_text(const load_result& result) {
  std::printf("%-12s %10s %12s %9s %9s %9s %9s\n", "request", "answers", "per second", "mean ms",
              "p50 ms", "p99 ms", "p99.9 ms");
  for (const kind_result& kind : result.kinds) {
    std::printf("%-12s %10llu %12.1f %9.3f %9.3f %9.3f %9.3f\n", kind.name.c_str(),
                static_cast<unsigned long long>(kind.replies), kind.per_second,
                to_ms(kind.latency.mean()), to_ms(kind.latency.percentile(50)),
                to_ms(kind.latency.percentile(99)), to_ms(kind.latency.percentile(99.9)));
  }
  const error_counts& e = result.errors;
  std::printf(
      "errors: %llu (connect %llu, closed %llu, status %llu, framing %llu, body %llu, "
      "unanswered %llu)\n",
      static_cast<unsigned long long>(e.sum()), static_cast<unsigned long long>(e.connect),
      static_cast<unsigned long long>(e.closed), static_cast<unsigned long long>(e.status),
      static_cast<unsigned long long>(e.framing), static_cast<unsigned long long>(e.body),
      static_cast<unsigned long long>(e.unanswered));
  if (result.idle_asked > 0) {
    std::printf("idle connections: %llu of %llu questions answered\n",
                static_cast<unsigned long long>(result.idle_answered),
                static_cast<unsigned long long>(result.idle_asked));
  }
  if (result.server) {
    std::printf("server: %.2f us CPU a request, %.2f cores, %.1f MiB resident\n",
                result.server->cpu_us_per_request, result.server->cores,
                static_cast<double>(result.server->resident_bytes) / (1024.0 * 1024.0));
  }
  std::printf("generator: %.0f %% of a core, sent late p50 %.3f ms, p99 %.3f ms%s%s%s\n",
              result.generator.cores * 100, result.generator.late_p50_ms,
              result.generator.late_p99_ms, result.generator.limited ? "; generator-limited: " : "",
              result.generator.limit_reason.c_str(), "");
}

void write_json(const load_result& result, const std::string& file) {
  const std::string text = boost::json::serialize(to_json(result));
  if (file == "-") {
    std::cout << text << std::endl;
    return;
  }
  std::ofstream out(file);
  out << text << '\n';
  if (!out.flush()) throw std::runtime_error("cannot write " + file);
}

// What reads the value of an option knows nothing of its name.
template <class Function>
auto read_option(const char* name, Function read) {
  try {
    return read();
  } catch (const std::runtime_error& wrong) {
    throw CLI::ValidationError(name, wrong.what());
  }
}

int run_load(load_options& options) {
  load_plan& plan = options.plan;
  for (const std::string& spec : options.requests) {
    plan.kinds.push_back(read_option("--request", [&] { return parse_request_spec(spec); }));
  }
  read_option("--target", [&] { return resolve_endpoint(plan.target, plan.allow_remote); });
  plan.arrivals = options.arrivals == "fixed" ? arrival_pattern::fixed : arrival_pattern::poisson;
  plan.keep_alive = !options.reconnect;
  plan.compare_bodies = !options.any_body;
  if (const std::string fault = find_fault(plan); !fault.empty()) throw CLI::ValidationError(fault);

  prepare_process(options);
  const load_result result = load_loop(plan).run();
  if (options.json_file != "-") print_text(result);
  if (!options.json_file.empty()) write_json(result, options.json_file);
  return result.errors.sum() == 0 ? 0 : 1;
}

}  // namespace

void add_load_command(CLI::App& program, int& exit_code) {
  const auto options = std::make_shared<load_options>();
  load_plan& plan = options->plan;
  CLI::App& load = *program.add_subcommand("load", "Send requests and measure the answers");
  load.add_option("--target", plan.target, "HOST:PORT of the server")->capture_default_str();
  load.add_option("--request", options->requests,
                  "'NAME METHOD PATH [WEIGHT] [=STATUS] [@BODYFILE]', more than once for a mix; "
                  "=STATUS is what a good answer has (200), @order is "
                  "the built-in 2 KB order")
      ->required();
  load.add_option("--connections", plan.connections, "How many at once")->capture_default_str();
  load.add_option("--idle", plan.idle_connections, "Connections kept open beside them, unused");
  load.add_option("--pipeline", plan.pipeline, "Requests in flight on a connection")
      ->capture_default_str();
  load.add_option("--rate", plan.rate, "Open loop: requests a second (0: closed loop)");
  load.add_option("--arrivals", options->arrivals, "Open loop: poisson or fixed")
      ->check(CLI::IsMember({"poisson", "fixed"}))
      ->capture_default_str();
  load.add_option("--seed", plan.seed, "Of the moments and of the mix")->capture_default_str();
  load.add_option("--warm-up", plan.warm_up_seconds, "Seconds that do not count")
      ->capture_default_str();
  load.add_option("--duration", plan.seconds, "Seconds that are measured")->capture_default_str();
  load.add_option("--count", plan.count, "Closed loop: measure so many requests instead");
  load.add_flag("--reconnect", options->reconnect, "A connection for every request");
  load.add_flag("--any-body", options->any_body, "Answers of a kind may differ from each other");
  load.add_option("--watch-pid", plan.watched_pid, "Read this process's CPU time and memory too");
  load.add_option("--cpu", options->cpu, "Run on this core only");
  load.add_flag("--allow-remote", plan.allow_remote, "Load a machine that is not this one");
  load.add_option("--json", options->json_file, "Write the result to a file, or - for stdout");
  load.callback([options, &exit_code] { exit_code = run_load(*options); });
}

}  // namespace lab
