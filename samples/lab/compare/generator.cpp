#include "generator.hpp"

#include "../load/result_json.hpp"
#include "server_process.hpp"

#include <stdexcept>

namespace lab {
namespace {

std::vector<std::string> arguments_of(const scenario_plan& plan, const std::string& endpoint,
                                      pid_t server, std::uint64_t seed, int core) {
  std::vector<std::string> arguments = {program_path(), "load", "--json", "-"};
  const auto add = [&](const char* option, std::string value) {
    arguments.emplace_back(option);
    arguments.push_back(std::move(value));
  };
  add("--target", endpoint);
  add("--watch-pid", std::to_string(server));
  add("--seed", std::to_string(seed));
  add("--connections", std::to_string(plan.connections));
  add("--idle", std::to_string(plan.idle_connections));
  add("--warm-up", std::to_string(plan.warm_up));
  add("--duration", std::to_string(plan.seconds));
  if (plan.rate > 0) add("--rate", std::to_string(plan.rate));
  if (plan.count > 0) add("--count", std::to_string(plan.count));
  if (core >= 0) add("--cpu", std::to_string(core));
  for (const std::string& request : plan.requests) add("--request", request);
  return arguments;
}

}  // namespace

load_result generate(const scenario_plan& plan, const std::string& endpoint, pid_t server,
                     std::uint64_t seed, int core) {
  constexpr auto patience = std::chrono::seconds(90);  // a run ends by itself after 60
  child_process generator(arguments_of(plan, endpoint, server, seed, core));
  const std::string output = generator.read_all(patience);
  if (output.empty()) throw std::runtime_error("no result from the generator: " + plan.title);
  return load_result_from_json(output);
}

}  // namespace lab
