#pragma once

#include "comparison_result.hpp"

#include <string>

namespace lab {

/// The result in the schema "weft-lab/1".
std::string write_json_report(const comparison_result& result);

}  // namespace lab
