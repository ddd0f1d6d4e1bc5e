// The Concurrency Lab: one set of handlers, several concurrency models, and what they change.

#include "compare/compare_command.hpp"
#include "load/load_command.hpp"
#include "serve_command.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <exception>

namespace {

constexpr int usage_error = 2;

int report_failure(const std::exception& failure, int code) {
  std::fprintf(stderr, "lab: %s\n", failure.what());
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App program("The Concurrency Lab: the same handlers under several concurrency models",
                   "lab");
  program.require_subcommand(1);
  int exit_code = 0;
  lab::add_serve_command(program, exit_code);
  lab::add_load_command(program, exit_code);
  lab::add_compare_command(program, exit_code);
  try {
    program.parse(argc, argv);
    return exit_code;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);  // --help
    return report_failure(error, usage_error);
  } catch (const std::exception& error) {
    return report_failure(error, 1);
  }
}
