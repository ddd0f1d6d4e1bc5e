#pragma once

#include "comparison_result.hpp"

#include <vector>

namespace lab {

/// Sums the rounds up: one line for every scenario, kind of request, model and thread count, in the
/// order of the first run of each scenario, models side by side.
std::vector<measurement> summarise(const std::vector<lab_run>& runs);

}  // namespace lab
