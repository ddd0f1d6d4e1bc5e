#include "compare_command.hpp"

#include "child_process.hpp"
#include "comparison.hpp"
#include "comparison_json.hpp"
#include "html_report.hpp"
#include "text_report.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace lab {
namespace {

constexpr int exit_matches = 0;
constexpr int exit_differs = 1;
constexpr int exit_inconclusive = 2;
constexpr int exit_interrupted = 130;

struct compare_options {
  comparison_options comparison;
  std::string json_file;
  std::string html_file;
};

// Opened before anything is measured: five minutes are too long to wait for "permission denied".
std::ofstream open_report(const std::string& file) {
  std::ofstream out;
  if (file.empty()) return out;
  out.open(file);
  if (!out) throw std::runtime_error("cannot write " + file);
  return out;
}

void write_report(std::ofstream& out, const std::string& file, const std::string& text) {
  if (file.empty()) return;
  if (!(out << text).flush()) throw std::runtime_error("cannot write " + file);
  std::fprintf(stderr, "wrote %s\n", file.c_str());
}

// The order of the table, whatever the order on the command line.
void put_in_order(std::vector<std::string>& models) {
  std::vector<std::string> ordered;
  for (const std::string& model : all_models()) {
    if (std::find(models.begin(), models.end(), model) != models.end()) ordered.push_back(model);
  }
  models = std::move(ordered);
}

int exit_code_of(const comparison_result& result) {
  const auto any = [&](const char* outcome) {
    return std::any_of(result.verdicts.begin(), result.verdicts.end(),
                       [&](const verdict& each) { return each.outcome == outcome; });
  };
  if (any("differs")) return exit_differs;
  return any("inconclusive") ? exit_inconclusive : exit_matches;
}

int run_compare(compare_options& options) {
  put_in_order(options.comparison.models);
  std::ofstream json = open_report(options.json_file);
  std::ofstream html = open_report(options.html_file);
  catch_interrupts();
  try {
    progress shown;
    const comparison_result result = compare(options.comparison, shown);
    shown.end_line();
    const bool colourful = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
    std::fputs(write_text_report(result, colourful ? colour::on : colour::off).c_str(), stdout);
    std::fflush(stdout);
    write_report(json, options.json_file, write_json_report(result));
    write_report(html, options.html_file, write_html_report(result));
    return exit_code_of(result);
  } catch (const interrupted&) {
    std::fputs("lab: interrupted; every server was stopped\n", stderr);
    return exit_interrupted;
  }
}

}  // namespace

void add_compare_command(CLI::App& program, int& exit_code) {
  const auto options = std::make_shared<compare_options>();
  CLI::App& command =
      *program.add_subcommand("compare", "Measure all models on the same work and judge them");
  command.add_flag("--quick", options->comparison.quick, "At most a minute instead of five");
  command.add_option("--seed", options->comparison.seed, "Of the arrival moments")
      ->capture_default_str();
  command
      .add_option("--models", options->comparison.models,
                  "Some of event_loop,gil,threads,sharded,parallel")
      ->delimiter(',')
      ->check(CLI::IsMember(all_models()));
  command.add_option("--json", options->json_file, "Write all results to a file");
  command.add_option("--html", options->html_file, "Write a page with plots to a file");
  command.callback([options, &exit_code] { exit_code = run_compare(*options); });
}

}  // namespace lab
