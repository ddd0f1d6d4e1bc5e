#include "compare/judgement.hpp"

#include <catch2/catch_test_macros.hpp>

using lab::expectation;
using lab::judge;
using lab::median;

namespace {

const expectation twice{.id = "twice", .sentence = "twice as fast", .unit = " x", .at_least = 1.8};
const expectation level{
    .id = "level", .sentence = "as fast", .unit = " x", .at_least = 0.90, .at_most = 1.02};

}  // namespace

TEST_CASE("a median within the bound matches, also when one round is not") {
  CHECK(judge(twice, {{1.9, 1.7, 1.95}, {}}).outcome == "matches");
  CHECK(judge(twice, {{1.8}, {}}).outcome == "matches");
  CHECK(judge(level, {{1.02}, {}}).outcome == "matches");
}

TEST_CASE("a result out of bounds in every round differs") {
  CHECK(judge(twice, {{1.1, 1.2, 1.3}, {}}).outcome == "differs");
  CHECK(judge(level, {{1.03}, {}}).outcome == "differs");
  CHECK(judge(level, {{0.89}, {}}).outcome == "differs");
}

TEST_CASE("rounds on both sides of the bound with the median beyond it are inconclusive") {
  const auto verdict = judge(twice, {{1.7, 1.75, 1.9}, {}});
  CHECK(verdict.outcome == "inconclusive");
  CHECK(verdict.reason == "the rounds disagree");
}

TEST_CASE("a doubt makes any result inconclusive and is its reason") {
  for (const double value : {1.0, 2.0}) {
    const auto verdict = judge(twice, {{value}, {"stolen time", "late generator"}});
    CHECK(verdict.outcome == "inconclusive");
    CHECK(verdict.reason == "stolen time; late generator");
  }
}

TEST_CASE("nothing measured is inconclusive") {
  const auto verdict = judge(twice, {});
  CHECK(verdict.outcome == "inconclusive");
  CHECK(verdict.reason == "not measured");
  CHECK(verdict.measured == "-");
}

TEST_CASE("a verdict shows the median, the spread of the rounds and the bound") {
  const auto verdict = judge(twice, {{2.0, 1.853, 1.951}, {}});
  CHECK(verdict.measured == "1.95 x (1.85 to 2)");
  CHECK(verdict.bound == "at least 1.80 x");
  CHECK(judge(level, {{1.0}, {}}).bound == "0.90 to 1.02 x");
}

TEST_CASE("the median of an even number of rounds is the mean of the middle two") {
  CHECK(median({4, 1, 3, 2}) == 2.5);
  CHECK(median({5, 1, 3}) == 3);
}
