#include "web/command_line.hpp"
#include "web/listening.hpp"

#include <weft/runtime/io_kind.hpp>

#include <CLI/CLI.hpp>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace weft::detail {
namespace {

constexpr unsigned most_workers = 4096;
constexpr double longest_interval_ms = 10'000;

/// The options as they are typed.
struct arguments {
  std::string model;
  std::vector<std::string> listen;
  std::string socket_mode;
  std::string io;
  unsigned workers = 0;
  double interval_ms = 0;
  bool list_routes = false;
  std::string openapi_file;
};

void declare(CLI::App& program, arguments& typed) {
  const auto add = [&program](const char* name, auto& value, const std::string& text) {
    return program.add_option(name, value, text)->capture_default_str();
  };
  add("--model", typed.model, "How tasks meet threads: " + std::string(model_names()));
  add("--listen", typed.listen,
      "HOST:PORT, unix:PATH, fd:NUMBER or inherited[:NAME] to serve on; may be given several "
      "times; port 0 takes a free one")
      ->allow_extra_args(false);
  add("--socket-mode", typed.socket_mode,
      "Who may connect to unix:PATH, in octal: 660 is the user and the group");
  add("--io", typed.io, "How sockets wait: " + std::string(io_kind_names()));
  add("--workers", typed.workers,
      "Threads of gil, sharded and parallel, most threads of threads; 0 is what the model "
      "has by itself")
      ->check(CLI::Range(0U, most_workers));
  add("--interval", typed.interval_ms, "Switch interval of gil in ms; 0 is its own, 5")
      ->check(CLI::Range(0.0, longest_interval_ms));
  program.add_flag("--routes", typed.list_routes, "Print all routes, as they are matched, and end");
  add("--openapi", typed.openapi_file,
      "Write the OpenAPI document to this file, - for standard output, and end");
  program.set_version_flag("--version", "weft " WEFT_VERSION);
}

void set_workers(model& chosen, unsigned workers) {
  if (auto* const pool = std::get_if<parallel>(&chosen)) pool->workers = workers;
  else if (auto* const lock = std::get_if<gil>(&chosen)) lock->threads = workers;
  else if (auto* const loops = std::get_if<sharded>(&chosen)) loops->shards = workers;
  else if (auto* const each = std::get_if<threads>(&chosen)) each->max = workers;
  else if (workers != 1) throw std::invalid_argument("--workers: event_loop has one worker");
  if (worker_count(chosen) != workers) {
    throw std::invalid_argument("--workers: " + std::string(name_of(chosen)) + " has at most " +
                                std::to_string(worker_count(chosen)));
  }
}

void set_interval(model& chosen, double milliseconds) {
  auto* const lock = std::get_if<gil>(&chosen);
  if (lock == nullptr) throw std::invalid_argument("--interval: only the model gil has one");
  const std::chrono::duration<double, std::milli> interval(milliseconds);
  lock->switch_interval = std::chrono::duration_cast<std::chrono::nanoseconds>(interval);
}

model choose_model(const arguments& typed, const model& preset) {
  model chosen = preset;
  if (typed.model != name_of(preset)) {
    const auto named = parse_model(typed.model);
    if (!named) {
      throw std::invalid_argument("--model: there is no \"" + typed.model + "\"; there are " +
                                  std::string(model_names()));
    }
    chosen = *named;
  }
  if (typed.workers != 0) set_workers(chosen, typed.workers);
  if (typed.interval_ms > 0) set_interval(chosen, typed.interval_ms);
  return chosen;
}

io_kind choose_io(const arguments& typed) {
  const auto named = parse_io_kind(typed.io);
  if (named) return *named;
  throw std::invalid_argument("--io: there is no \"" + typed.io + "\"; there are " +
                              std::string(io_kind_names()));
}

std::optional<unsigned> choose_socket_mode(const arguments& typed, std::optional<unsigned> preset) {
  constexpr unsigned most = 0777;
  const std::string& text = typed.socket_mode;
  if (text.empty()) return preset;
  unsigned mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc() || end != text.data() + text.size() || mode > most) {
    throw std::invalid_argument("--socket-mode: \"" + text + "\" is not an octal mode like 660");
  }
  return mode;
}

run_options options_of(const arguments& typed, run_options options) {
  options.model = choose_model(typed, options.model);
  options.io = choose_io(typed);
  options.listen = typed.listen;
  options.list_routes = options.list_routes || typed.list_routes;
  options.openapi_file = typed.openapi_file;
  options.socket_mode = choose_socket_mode(typed, options.socket_mode);
  std::string wrong;
  const auto addresses = listen_addresses(options, wrong);
  if (!addresses && addresses.error() == condition::bad_input)
    throw std::invalid_argument("--listen: " + why_not(wrong, addresses.error()));
  return options;
}

}  // namespace

std::variant<run_options, int> parse_command_line(int argc, const char* const* argv,
                                                  const run_options& defaults) {
  arguments typed;
  typed.model = name_of(defaults.model);
  typed.listen = defaults.listen;
  typed.io = name_of(defaults.io);
  typed.openapi_file = defaults.openapi_file;
  CLI::App program;
  declare(program, typed);
  try {
    program.parse(argc, argv);
    return options_of(typed, defaults);
  } catch (const CLI::Success& asked) {
    return program.exit(asked);  // prints the help or the version
  } catch (const std::exception& wrong) {
    report_error(wrong.what() + std::string(" (--help lists the options)"));
    return exit_usage;
  }
}

void report_error(const std::string& text) {
  constexpr std::string_view prefix = "weft: ";
  const bool has_it = text.starts_with(prefix);  // what app throws has it
  std::fprintf(stderr, "%s%s\n", has_it ? "" : prefix.data(), text.c_str());
}

}  // namespace weft::detail
