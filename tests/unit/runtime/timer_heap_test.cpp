#include "runtime/timer_heap.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <random>
#include <vector>

#include "support/random_seed.hpp"

using namespace std::chrono_literals;
using weft::detail::timer;
using weft::detail::timer_heap;
using weft::time_point;

namespace {

struct recording_timer : timer {
  recording_timer(std::vector<int>& log, int name) : timer(&fire), log_(log), name_(name) {}
  static void fire(timer& t) noexcept {
    auto& self = static_cast<recording_timer&>(t);
    self.log_.push_back(self.name_);
  }
  std::vector<int>& log_;
  int name_;
};

time_point at(std::chrono::nanoseconds offset) { return time_point(offset); }

}  // namespace

TEST_CASE("timers fire in the order of their times, and only when they are due") {
  timer_heap heap;
  std::vector<int> fired;
  recording_timer late(fired, 3), early(fired, 1), middle(fired, 2);
  heap.start(late, at(30ns));
  heap.start(early, at(10ns));
  heap.start(middle, at(20ns));
  CHECK(heap.next() == at(10ns));
  CHECK(heap.run_due(at(9ns)) == 0);
  CHECK(heap.run_due(at(20ns)) == 2);
  CHECK(fired == std::vector<int>{1, 2});
  CHECK(heap.next() == at(30ns));
  CHECK(heap.run_due(at(1s)) == 1);
  CHECK(heap.next() == time_point::max());
}

TEST_CASE("a stopped timer does not fire, and stop says whether it was in time") {
  timer_heap heap;
  std::vector<int> fired;
  recording_timer stopped(fired, 1), kept(fired, 2);
  CHECK(!stopped.stop());
  heap.start(stopped, at(1ns));
  heap.start(kept, at(2ns));
  CHECK(stopped.stop());
  CHECK(!stopped.stop());
  CHECK(heap.run_due(at(5ns)) == 1);
  CHECK(fired == std::vector<int>{2});
  CHECK(!kept.stop());
}

TEST_CASE("random starts and stops agree with a sorted list") {
  const auto seed = weft::test::random_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 50; ++round) {
    timer_heap heap;
    std::vector<int> fired;
    std::vector<std::unique_ptr<recording_timer>> timers;
    std::vector<std::pair<long, int>> expected;
    for (int name = 0; name < 200; ++name) {
      timers.push_back(std::make_unique<recording_timer>(fired, name));
      // Distinct times, so that the order is defined.
      const long when = static_cast<long>(random() % 1000) * 1000 + name;
      heap.start(*timers.back(), at(std::chrono::nanoseconds(when)));
      expected.emplace_back(when, name);
      if (random() % 3 == 0) {
        const auto victim = random() % expected.size();
        const auto victim_name = static_cast<std::size_t>(expected[victim].second);
        REQUIRE(timers[victim_name]->stop());
        expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(victim));
      }
    }
    std::sort(expected.begin(), expected.end());
    std::vector<int> order;
    for (const auto& [when, name] : expected) order.push_back(name);
    CHECK(heap.run_due(time_point::max() - 1ns) == expected.size());
    CHECK(fired == order);
  }
}
