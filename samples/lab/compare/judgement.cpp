#include "judgement.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace lab {
namespace {

std::string show(double value, const std::string& unit) {
  std::array<char, 40> digits;
  const char* const format = value == std::floor(value) && std::abs(value) < 1e6 ? "%.0f" : "%.2f";
  std::snprintf(digits.data(), digits.size(), format, value);
  return digits.data() + unit;
}

std::string show_bound(const expectation& expected) {
  const bool below = std::isfinite(expected.at_most);
  const bool above = std::isfinite(expected.at_least);
  if (below && above) {
    return show(expected.at_least, "") + " to " + show(expected.at_most, expected.unit);
  }
  return below ? "at most " + show(expected.at_most, expected.unit)
               : "at least " + show(expected.at_least, expected.unit);
}

std::string show_measured(const evidence& found, const std::string& unit) {
  if (found.rounds.empty()) return "-";
  std::string text = show(median(found.rounds), unit);
  const auto [low, high] = std::minmax_element(found.rounds.begin(), found.rounds.end());
  if (found.rounds.size() > 1) text += " (" + show(*low, "") + " to " + show(*high, "") + ")";
  return text;
}

std::string join(const std::vector<std::string>& parts) {
  constexpr std::size_t shown = 2;
  std::string text;
  for (std::size_t i = 0; i < std::min(parts.size(), shown); ++i) {
    text += (i == 0 ? "" : "; ") + parts[i];
  }
  if (parts.size() > shown) text += "; and " + std::to_string(parts.size() - shown) + " more";
  return text;
}

bool is_within(const expectation& expected, double value) {
  return value >= expected.at_least && value <= expected.at_most;
}

}  // namespace

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

verdict judge(const expectation& expected, const evidence& found) {
  verdict given{.id = expected.id,
                .expectation = expected.sentence,
                .outcome = "inconclusive",
                .measured = show_measured(found, expected.unit),
                .bound = show_bound(expected),
                .reason = join(found.doubts)};
  if (!found.doubts.empty()) return given;
  if (found.rounds.empty()) {
    given.reason = "not measured";
    return given;
  }
  const auto within = [&](double value) { return is_within(expected, value); };
  if (within(median(found.rounds))) {
    given.outcome = "matches";
  } else if (std::none_of(found.rounds.begin(), found.rounds.end(), within)) {
    given.outcome = "differs";
  } else {
    given.reason = "the rounds disagree";
  }
  return given;
}

}  // namespace lab
