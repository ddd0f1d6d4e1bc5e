#include "load/histogram.hpp"
#include "load/result_json.hpp"

#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using lab::histogram;
using std::chrono::nanoseconds;

namespace {

// The definition, on all values: what `percent` of them do not exceed.
std::int64_t exact_percentile(std::vector<std::int64_t> values, double percent) {
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(percent / 100 * static_cast<double>(values.size()) - 1e-6);
  return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

double relative_error(std::int64_t measured, std::int64_t exact) {
  return std::abs(static_cast<double>(measured - exact)) / static_cast<double>(exact);
}

std::vector<std::int64_t> values_of_all_sizes() {
  std::mt19937_64 random(7);
  std::vector<std::int64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::int64_t>(1 + (random() >> (22 + random() % 40))));
  }
  return values;
}

}  // namespace

TEST_CASE("every percentile of values from 1 ns to an hour is within 0.2 percent") {
  const auto values = values_of_all_sizes();
  histogram counted;
  for (const auto value : values) counted.record(nanoseconds(value));
  for (const double percent : {0.1, 1.0, 10.0, 50.0, 90.0, 99.0, 99.9, 99.99}) {
    const auto exact = exact_percentile(values, percent);
    INFO("percentile " << percent << " is " << exact);
    CHECK(relative_error(counted.percentile(percent).count(), exact) <= 0.002);
  }
}

TEST_CASE("a single value of any size is within 0.2 percent of itself") {
  for (std::int64_t value = 1; value < (std::int64_t{1} << 42); value = value * 5 / 4 + 1) {
    histogram counted;
    counted.record(nanoseconds(value));
    counted.record(nanoseconds(value * 3));  // min and max do not help in between
    counted.record(nanoseconds(0));
    CHECK(relative_error(counted.percentile(50).count(), value) <= 0.002);
  }
}

TEST_CASE("the 99th percentile of 1,000 values is the 990th and not the one after") {
  histogram counted;
  counted.record(nanoseconds(100), 990);
  counted.record(nanoseconds(400), 10);
  CHECK(counted.percentile(99) == nanoseconds(100));
  CHECK(counted.percentile(99.1) == nanoseconds(400));
}

TEST_CASE("minimum, maximum and mean are exact") {
  histogram counted;
  for (const std::int64_t value : {1'000'003, 5'000'001, 9'000'008}) {
    counted.record(nanoseconds(value));
  }
  CHECK(counted.min().count() == 1'000'003);
  CHECK(counted.max().count() == 9'000'008);
  CHECK(counted.mean().count() == 5'000'004);
  CHECK(counted.percentile(0) == counted.min());
  CHECK(counted.percentile(100) == counted.max());
}

TEST_CASE("an empty histogram answers zero") {
  const histogram empty;
  CHECK(empty.count() == 0);
  CHECK(empty.percentile(99) == nanoseconds(0));
  CHECK(empty.mean() == nanoseconds(0));
  CHECK(empty.min() == nanoseconds(0));
}

TEST_CASE("a value beyond the range counts as the largest one, a negative one as zero") {
  histogram counted;
  counted.record(std::chrono::hours(24));
  counted.record(nanoseconds(-5));
  CHECK(counted.max().count() == std::int64_t{1} << 42);
  CHECK(counted.min().count() == 0);
}

TEST_CASE("merging equals recording both") {
  const auto values = values_of_all_sizes();
  histogram all;
  histogram even;
  histogram odd;
  for (std::size_t i = 0; i < values.size(); ++i) {
    all.record(nanoseconds(values[i]));
    (i % 2 == 0 ? even : odd).record(nanoseconds(values[i]));
  }
  even.merge(odd);
  CHECK(even.count() == all.count());
  CHECK(even.min() == all.min());
  CHECK(even.max() == all.max());
  CHECK(even.occupied() == all.occupied());
}

TEST_CASE("merging an empty histogram changes nothing, also when it comes first") {
  histogram counted;
  counted.record(nanoseconds(70));
  histogram into;
  into.merge(counted);
  into.merge(histogram());
  CHECK(into.count() == 1);
  CHECK(into.min() == nanoseconds(70));
}

TEST_CASE("a histogram survives JSON") {
  histogram counted;
  for (const auto value : values_of_all_sizes()) counted.record(nanoseconds(value));
  const auto text = boost::json::value_from(counted);
  const auto read = boost::json::value_to<histogram>(text);
  CHECK(read.count() == counted.count());
  CHECK(read.min() == counted.min());
  CHECK(read.max() == counted.max());
  CHECK(read.mean() == counted.mean());
  CHECK(read.occupied() == counted.occupied());
  CHECK(read.percentile(99.9) == counted.percentile(99.9));
}
