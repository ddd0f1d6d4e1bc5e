#pragma once

#include "comparison_result.hpp"

#include <limits>
#include <string>
#include <vector>

namespace lab {

/// A sentence about the models that a measurement can confirm or refute: a ratio or an inequality,
/// never an absolute time.
struct expectation {
  std::string id;
  std::string sentence;
  std::string unit;  ///< behind the numbers, " x" for a ratio
  double at_least = -std::numeric_limits<double>::infinity();
  double at_most = std::numeric_limits<double>::infinity();
};

struct evidence {
  std::vector<double> rounds;       ///< one value a round; the median decides
  std::vector<std::string> doubts;  ///< why no verdict can be built on them
};

/// @return matches or differs by the median; inconclusive when there is a doubt or no value, or
///         when the median is out of bounds but a round is within
verdict judge(const expectation& expected, const evidence& found);

/// @param values  not empty
double median(std::vector<double> values);

}  // namespace lab
