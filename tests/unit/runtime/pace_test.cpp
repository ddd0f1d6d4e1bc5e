#include "runtime/pace.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>

using namespace std::chrono_literals;
using weft::detail::pace;
using weft::duration;
using weft::time_point;

namespace {

/// A worker's clock and count of slices.
class worked {
public:
  explicit worked(pace& p) : pace_(p) { pace_.begin(now_, slices_); }

  void stretch(std::uint64_t slices, duration each) {
    slices_ += slices;
    now_ += each * static_cast<duration::rep>(slices);
    pace_.learn(now_, slices_);
  }

private:
  pace& pace_;
  time_point now_{};
  std::uint64_t slices_ = 0;
};

}  // namespace

TEST_CASE("as long as nothing is known, one task is worth a wake-up and none is not") {
  const pace fresh;
  CHECK(fresh.pays_to_wake(1));
  CHECK_FALSE(fresh.pays_to_wake(0));
}

TEST_CASE("short tasks are worth a wake-up when they take 50 us together") {
  pace p;
  worked here(p);
  for (int i = 0; i < 200; ++i) here.stretch(64, 100ns);
  CHECK_FALSE(p.pays_to_wake(400));
  CHECK(p.pays_to_wake(500));
}

TEST_CASE("after a long slice one task is worth a wake-up again") {
  pace p;
  worked here(p);
  for (int i = 0; i < 200; ++i) here.stretch(64, 100ns);
  here.stretch(1, 1ms);
  CHECK(p.pays_to_wake(1));
}

TEST_CASE("a stretch without a slice teaches nothing") {
  pace p;
  worked here(p);
  for (int i = 0; i < 200; ++i) here.stretch(64, 100ns);
  here.stretch(0, 1h);
  CHECK_FALSE(p.pays_to_wake(400));
}

TEST_CASE("slices shorter than the clock can tell do not pay soon") {
  pace p;
  worked here(p);
  for (int i = 0; i < 400; ++i) here.stretch(64, 0ns);
  CHECK_FALSE(p.pays_to_wake(1'000));
}
