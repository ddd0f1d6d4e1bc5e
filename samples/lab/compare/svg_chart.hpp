#pragma once

#include <string>
#include <utility>
#include <vector>

namespace lab {

/// One model in a chart. Its style picks colour and dash pattern, so that neither tells alone.
struct chart_series {
  std::string name;
  int style = 0;  ///< 0 to 6: the CSS classes s0 to s6 of the page
  std::vector<std::pair<double, double>> points;
};

/// Latency over percentile, both logarithmic: x is log10(1 / (1 - share)), so 1 is the 90th, 2 the
/// 99th and 3 the 99.9th percentile; y in milliseconds.
std::string percentile_chart(const std::string& title, const std::vector<chart_series>& series);

struct chart_bar {
  std::string label;
  int style = 0;
  double value = 0;
  std::string text;  ///< the value as it is shown
};

/// Horizontal bars from zero, in groups with a heading each.
struct bar_group {
  std::string heading;
  std::vector<chart_bar> bars;
};
std::string bar_chart(const std::string& title, const std::vector<bar_group>& groups);

std::string escape_html(const std::string& text);

}  // namespace lab
