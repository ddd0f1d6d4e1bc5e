#include "svg_chart.hpp"

#include "number_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace lab {
namespace {

constexpr double width = 640;
constexpr double left = 64;
constexpr double right = 96;  // the names at the lines' ends
constexpr double top = 12;
constexpr double plot_height = 250;

std::string number(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

std::string open_svg(const std::string& title, double height) {
  return "<svg role=\"img\" viewBox=\"0 0 " + number(width) + " " + number(height) +
         "\" aria-label=\"" + escape_html(title) + "\"><title>" + escape_html(title) + "</title>\n";
}

std::string text_at(double x, double y, const char* anchor, const std::string& text,
                    const std::string& style = "") {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\"" +
         (style.empty() ? "" : " class=\"" + style + "\"") + ">" + escape_html(text) + "</text>\n";
}

std::string grid_line(double x1, double y1, double x2, double y2) {
  return "<line class=\"grid\" x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" +
         number(x2) + "\" y2=\"" + number(y2) + "\"/>\n";
}

// Maps percentile positions and latencies to the page.
struct log_frame {
  double x_max = 1;
  double y_min = 0;  // log10 of ms
  double y_max = 1;

  explicit log_frame(const std::vector<chart_series>& series) {
    double low = 1e9;
    double high = 1e-9;
    for (const chart_series& each : series) {
      for (const auto& [x, y] : each.points) {
        x_max = std::max(x_max, x);
        low = std::min(low, y);
        high = std::max(high, y);
      }
    }
    y_min = std::floor(std::log10(std::max(low, 1e-3)));
    y_max = std::max(y_min + 1, std::ceil(std::log10(std::max(high, 1e-3))));
  }

  double x(double position) const { return left + position / x_max * (width - left - right); }
  double y(double ms) const {
    const double share = (std::log10(std::max(ms, 1e-3)) - y_min) / (y_max - y_min);
    return top + (1 - share) * plot_height;
  }
};

std::string axes(const log_frame& frame) {
  constexpr std::array<const char*, 6> percents = {"0 %",    "90 %",    "99 %",
                                                   "99.9 %", "99.99 %", "99.999 %"};
  std::string svg;
  const double bottom = top + plot_height;
  for (std::size_t i = 0; i < percents.size() && static_cast<double>(i) <= frame.x_max; ++i) {
    const double x = frame.x(static_cast<double>(i));
    svg += grid_line(x, top, x, bottom) + text_at(x, bottom + 18, "middle", percents[i]);
  }
  for (double power = frame.y_min; power <= frame.y_max; power += 1) {
    const double y = frame.y(std::pow(10, power));
    svg += grid_line(left, y, width - right, y);
    svg += text_at(left - 6, y + 4, "end", short_number(std::pow(10, power)));
  }
  svg += text_at(left - 6, bottom + 18, "end", "ms");
  return svg;
}

// Names that would stand on each other move down.
std::vector<double> spread(std::vector<double> wanted) {
  std::vector<std::size_t> order(wanted.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return wanted[a] < wanted[b]; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    wanted[order[i]] = std::max(wanted[order[i]], wanted[order[i - 1]] + 15);
  }
  return wanted;
}

}  // namespace

std::string percentile_chart(const std::string& title, const std::vector<chart_series>& series) {
  const log_frame frame(series);
  std::string svg = open_svg(title, top + plot_height + 30) + axes(frame);
  std::vector<double> ends;
  for (const chart_series& each : series) {
    std::string path;
    for (const auto& [x, y] : each.points)
      path += number(frame.x(x)) + "," + number(frame.y(y)) + " ";
    svg +=
        "<polyline class=\"line s" + std::to_string(each.style) + "\" points=\"" + path + "\"/>\n";
    ends.push_back(each.points.empty() ? top : frame.y(each.points.back().second) + 4);
  }
  ends = spread(std::move(ends));
  for (std::size_t i = 0; i < series.size(); ++i) {
    svg += text_at(width - right + 6, ends[i], "start", series[i].name,
                   "name s" + std::to_string(series[i].style));
  }
  return svg + "</svg>\n";
}

std::string bar_chart(const std::string& title, const std::vector<bar_group>& groups) {
  constexpr double bar_height = 18;
  constexpr double group_gap = 30;
  constexpr double bars_left = 130;
  constexpr double bars_right = 90;
  double largest = 1e-9;
  double height = top;
  for (const bar_group& group : groups) {
    height += group_gap + static_cast<double>(group.bars.size()) * (bar_height + 4);
    for (const chart_bar& bar : group.bars) largest = std::max(largest, bar.value);
  }
  std::string svg = open_svg(title, height + 6);
  double y = top;
  for (const bar_group& group : groups) {
    svg += text_at(0, y + 16, "start", group.heading, "heading");
    y += group_gap - 4;
    for (const chart_bar& bar : group.bars) {
      const double length = bar.value / largest * (width - bars_left - bars_right);
      svg += text_at(bars_left - 8, y + 13, "end", bar.label);
      svg += "<rect class=\"bar s" + std::to_string(bar.style) + "\" x=\"" + number(bars_left) +
             "\" y=\"" + number(y) + "\" width=\"" + number(std::max(length, 1.0)) +
             "\" height=\"" + number(bar_height) + "\"/>\n";
      svg += text_at(bars_left + length + 6, y + 13, "start", bar.text);
      y += bar_height + 4;
    }
    y += 4;
  }
  return svg + "</svg>\n";
}

std::string escape_html(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

}  // namespace lab
