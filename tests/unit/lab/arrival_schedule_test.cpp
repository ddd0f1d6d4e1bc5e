#include "load/arrival_schedule.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <utility>
#include <vector>

using lab::arrival_pattern;
using lab::arrival_schedule;

namespace {

using moments = std::vector<std::pair<std::int64_t, std::size_t>>;

moments take(arrival_schedule schedule, std::size_t count) {
  moments taken;
  for (; taken.size() < count; schedule.take()) {
    taken.emplace_back(schedule.next().at.count(), schedule.next().kind);
  }
  return taken;
}

std::vector<std::int64_t> moments_of(const moments& all, std::size_t kind) {
  std::vector<std::int64_t> found;
  for (const auto& [at, of] : all) {
    if (of == kind) found.push_back(at);
  }
  return found;
}

}  // namespace

TEST_CASE("the same seed gives the same moments, another seed others") {
  const std::vector<double> rates = {200, 8};
  const auto first = take({rates, arrival_pattern::poisson, 42}, 1000);
  CHECK(first == take({rates, arrival_pattern::poisson, 42}, 1000));
  CHECK(first != take({rates, arrival_pattern::poisson, 43}, 1000));
  CHECK(first != take({rates, arrival_pattern::poisson, 42 + (std::uint64_t{1} << 32)}, 1000));
}

TEST_CASE("moments never go back") {
  const auto taken = take({{200, 8, 3000}, arrival_pattern::poisson, 1}, 5000);
  for (std::size_t i = 1; i < taken.size(); ++i) REQUIRE(taken[i - 1].first <= taken[i].first);
}

TEST_CASE("changing one kind's rate leaves the moments of the others as they were") {
  const auto few = moments_of(take({{200, 8}, arrival_pattern::poisson, 9}, 500), 0);
  const auto many = moments_of(take({{200, 80}, arrival_pattern::poisson, 9}, 600), 0);
  const std::size_t common = std::min(few.size(), many.size());
  REQUIRE(common > 100);
  for (std::size_t i = 0; i < common; ++i) REQUIRE(few[i] == many[i]);
}

TEST_CASE("fixed arrivals are equally far apart") {
  const auto taken = take({{1000}, arrival_pattern::fixed, 1}, 100);
  for (std::size_t i = 0; i < taken.size(); ++i) {
    CHECK(std::abs(taken[i].first - static_cast<std::int64_t>(i + 1) * 1'000'000) <= 1);
  }
}

TEST_CASE("Poisson gaps have the mean of the rate and as much spread as their mean") {
  const auto taken = take({{5000}, arrival_pattern::poisson, 3}, 50'000);
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 1; i < taken.size(); ++i) {
    const auto gap = static_cast<double>(taken[i].first - taken[i - 1].first);
    sum += gap;
    squares += gap * gap;
  }
  const auto count = static_cast<double>(taken.size() - 1);
  const double mean = sum / count;
  const double deviation = std::sqrt(squares / count - mean * mean);
  CHECK(std::abs(mean / 200'000 - 1) < 0.02);
  CHECK(std::abs(deviation / mean - 1) < 0.03);
}

TEST_CASE("each kind comes at its own rate") {
  const auto taken = take({{200, 8}, arrival_pattern::poisson, 5}, 20'800);
  const auto light = static_cast<double>(moments_of(taken, 0).size());
  CHECK(std::abs(light / 20'000 - 1) < 0.02);
}
