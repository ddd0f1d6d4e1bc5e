// echo_load: the client of the echo servers. A process of its own, so that its work is in nobody's
// figures, and no part of any runtime: one thread, one epoll set.

#include "echo_load.hpp"

#include <arpa/inet.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

[[noreturn]] void misuse(const char* what) {
  std::fprintf(stderr,
               "echo_load: %s\nusage: echo_load --port=N [--connections=N] [--seconds=S] "
               "[--rate=R] [--server=PID] [--seed=N]\n",
               what);
  std::exit(2);
}

double number_in(std::string_view argument) {
  const std::string digits(argument.substr(argument.find('=') + 1));
  char* end = nullptr;
  const double value = std::strtod(digits.c_str(), &end);
  if (digits.empty() || *end != '\0' || value < 0) misuse("a value is no number");
  return value;
}

micro::load_plan parse(int argc, char** argv) {
  micro::load_plan plan;
  plan.to.sin_family = AF_INET;
  plan.to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const double value = number_in(argument);
    if (argument.starts_with("--port="))
      plan.to.sin_port = htons(static_cast<std::uint16_t>(value));
    else if (argument.starts_with("--connections="))
      plan.connections = static_cast<unsigned>(value);
    else if (argument.starts_with("--seconds=")) plan.seconds = value;
    else if (argument.starts_with("--rate=")) plan.rate = value;
    else if (argument.starts_with("--server=")) plan.server = static_cast<pid_t>(value);
    else if (argument.starts_with("--seed=")) plan.seed = static_cast<std::uint64_t>(value);
    else misuse("an unknown option");
  }
  if (plan.to.sin_port == 0 || plan.connections == 0) misuse("no port or no connections");
  return plan;
}

}  // namespace

int main(int argc, char** argv) {
  const micro::load_plan plan = parse(argc, argv);
  const std::string line = plan.rate > 0 ? open_loop(plan) : closed_loop(plan);
  std::printf("%s\n", line.c_str());
}
