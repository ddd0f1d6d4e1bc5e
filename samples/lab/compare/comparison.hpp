#pragma once

#include "comparison_result.hpp"
#include "progress.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lab {

/// In the order of the tables.
inline std::vector<std::string> all_models() {
  return {"event_loop", "gil", "threads", "sharded", "parallel"};
}

struct comparison_options {
  bool quick = false;
  std::uint64_t seed = 1;
  std::vector<std::string> models = all_models();
};

/// Measures all models, one after another with the same seed, and judges them.
/// @throws std::runtime_error when a server or the generator fails, interrupted on a signal
comparison_result compare(const comparison_options& options, progress& shown);

}  // namespace lab
