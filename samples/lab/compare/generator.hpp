#pragma once

#include "../load/load_result.hpp"

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lab {

/// One scenario: what the generator does, whatever the server.
struct scenario_plan {
  std::string name;
  std::string title;
  std::vector<std::string> requests;  ///< as --request takes them
  int connections = 64;
  int idle_connections = 0;
  double rate = 0;
  double warm_up = 0;
  double seconds = 1;
  std::uint64_t count = 0;
};

/// Runs `lab load` as a process of its own and reads its result.
/// @param core  keeps the generator on one core; -1 for any
/// @throws std::runtime_error when it gave no result
load_result generate(const scenario_plan& plan, const std::string& endpoint, pid_t server,
                     std::uint64_t seed, int core = -1);

}  // namespace lab
