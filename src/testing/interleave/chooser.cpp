#include "chooser.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <stdexcept>

namespace weft::testing {
namespace {

constexpr std::uint64_t early_of_64 = 3;  // how often a random choice is a time-out or a drain
constexpr std::size_t most_change_points = 3;

// splitmix64, Vigna 2015.
std::uint64_t draw(std::uint64_t& state) noexcept {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

bool is_early(const option& o) noexcept {
  return o.costs && (o.what == option::kind::time_out || o.what == option::kind::drain);
}

/// Now and then one of the early options.
/// @return options.size() where it is to be another
std::size_t draw_early(std::span<const option> options, std::uint64_t& state) {
  const auto early = static_cast<std::uint64_t>(std::ranges::count_if(options, is_early));
  if (early == 0 || draw(state) % 64 >= early_of_64) return options.size();
  auto which = draw(state) % early;
  for (std::size_t i = 0;; ++i) {
    if (is_early(options[i]) && which-- == 0) return i;
  }
}

std::size_t draw_other(std::span<const option> options, std::uint64_t& state) {
  const auto usual =
      options.size() - static_cast<std::size_t>(std::ranges::count_if(options, is_early));
  auto which = draw(state) % usual;
  for (std::size_t i = 0;; ++i) {
    if (!is_early(options[i]) && which-- == 0) return i;
  }
}

}  // namespace

// ------------------------------------------------------------------ depth first

bool depth_first::affordable(const decision& d, std::size_t index) const noexcept {
  return d.spent + (d.options[index].costs ? 1U : 0U) <= surprises_;
}

bool depth_first::next() {
  depth_ = 0;
  spent_ = 0;
  if (!std::exchange(started_, true)) return true;
  while (!path_.empty()) {
    decision& last = path_.back();
    do ++last.chosen;
    while (last.chosen < last.options.size() && !affordable(last, last.chosen));
    if (last.chosen < last.options.size()) return true;
    path_.pop_back();
  }
  return false;
}

std::size_t depth_first::choose(std::span<const option> options) {
  if (depth_ == path_.size()) {
    decision fresh;
    fresh.options.assign(options.begin(), options.end());
    fresh.chosen = 0;
    fresh.spent = spent_;
    path_.push_back(std::move(fresh));
  }
  const decision& d = path_[depth_++];
  if (!std::ranges::equal(d.options, options)) report_changed_program(options);
  if (d.options[d.chosen].costs) ++spent_;
  return d.chosen;
}

// ------------------------------------------------------------------ random

bool random_walk::next() {
  constexpr std::uint64_t stays[] = {24, 48, 58, 62};
  if (left_ == 0) return false;
  --left_;
  stay_of_64_ = stays[draw(state_) % std::size(stays)];
  return true;
}

std::size_t random_walk::choose(std::span<const option> options) {
  const auto early = draw_early(options, state_);
  if (early != options.size()) return early;
  if (draw(state_) % 64 < stay_of_64_) return 0;
  return draw_other(options, state_);
}

bool random_priorities::next() {
  if (left_ == 0) return false;
  --left_;
  longest_ = std::max(longest_, choices_);
  choices_ = 0;
  lowest_ = 0;
  priorities_.clear();
  change_points_.clear();
  const auto changes = draw(state_) % (most_change_points + 1);
  for (std::uint64_t i = 0; i < changes; ++i) change_points_.push_back(draw(state_) % longest_);
  return true;
}

std::int64_t& random_priorities::priority(unsigned thread) {
  while (priorities_.size() <= thread) {
    priorities_.push_back(static_cast<std::int64_t>(draw(state_) >> 2));
  }
  return priorities_[thread];
}

std::size_t random_priorities::choose(std::span<const option> options) {
  const auto now = choices_++;
  const auto early = draw_early(options, state_);
  if (early != options.size()) return early;
  if (options.front().what == option::kind::wake) return draw_other(options, state_);
  if (std::ranges::find(change_points_, now) != change_points_.end()) {
    priority(options.front().thread) = --lowest_;
  }
  std::size_t best = options.size();
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (is_early(options[i])) continue;
    if (best == options.size() || priority(options[i].thread) > priority(options[best].thread)) {
      best = i;
    }
  }
  return best;
}

// ------------------------------------------------------------------ replay

std::string to_text(std::span<const std::uint8_t> choices) {
  std::string text;
  std::size_t usual = 0;
  for (const std::uint8_t choice : choices) {
    if (choice == 0) {
      ++usual;
      continue;
    }
    if (!text.empty()) text += ',';
    text += std::to_string(usual) + ':' + std::to_string(choice);
    usual = 0;
  }
  return text;
}

replay::replay(std::string_view schedule) {
  const char* at = schedule.data();
  const char* const end = at + schedule.size();
  const auto take_number = [&] {
    std::size_t number = 0;
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc() || number > 1'000'000) {
      throw std::invalid_argument("this is no schedule: " + std::string(schedule));
    }
    at = rest;
    return number;
  };
  const auto skip = [&](char expected) {
    if (at == end || *at++ != expected) {
      throw std::invalid_argument("this is no schedule: " + std::string(schedule));
    }
  };
  while (at != end) {
    if (!choices_.empty()) skip(',');
    choices_.insert(choices_.end(), take_number(), 0);
    skip(':');
    choices_.push_back(take_number());
  }
}

std::size_t replay::choose(std::span<const option> options) {
  const std::size_t chosen = at_ < choices_.size() ? choices_[at_] : 0;
  ++at_;
  if (chosen >= options.size()) report_changed_program(options);
  return chosen;
}

}  // namespace weft::testing
