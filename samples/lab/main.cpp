// The Concurrency Lab: one set of handlers, several concurrency models, and what they change.

#include "compare/compare_command.hpp"
#include "load/load_command.hpp"
#include "serve_command.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

namespace {

constexpr int usage_error = 2;

int report(const std::string& what, int code) {
  std::fprintf(stderr, "lab: %s\n", what.c_str());
  return code;
}

std::string commands_of(const CLI::App& program) {
  std::string names;
  for (const CLI::App* command : program.get_subcommands(nullptr)) {
    names += (names.empty() ? "" : ", ") + command->get_name();
  }
  return names;
}

// CLI11 says that a command is missing, and not what stands in its place.
std::string describe(const CLI::ParseError& error, const CLI::App& program) {
  if (!program.get_subcommands().empty()) return error.what();
  const auto strangers = program.remaining();
  const std::string known = "; the commands are " + commands_of(program);
  if (strangers.empty()) return "no command is given" + known;
  return "there is no command \"" + strangers.front() + '"' + known;
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
    return report(describe(error, program) + " (--help lists the options)", usage_error);
  } catch (const std::exception& error) {
    return report(error.what(), 1);
  }
}
