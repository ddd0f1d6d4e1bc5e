#pragma once

#include "comparison_result.hpp"

#include <string>

namespace lab {

/// One page that stands by itself: plots, a table beside each, no request to anywhere, no script.
std::string write_html_report(const comparison_result& result);

}  // namespace lab
