#pragma once

#include "comparison_result.hpp"

#include <string>

namespace lab {

enum class colour { off, on };

/// The tables and verdicts for a terminal.
std::string write_text_report(const comparison_result& result, colour colours);

}  // namespace lab
