#include "runtime/timer_heap.hpp"

#include "testing/interleave/explore.hpp"

#include <weft/runtime/detail/threading.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

namespace {

using weft::detail::os_thread;
using weft::detail::timer;
using weft::detail::timer_heap;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;
using weft::time_point;

/// Counts its expiries.
class counted_timer : public timer {
public:
  counted_timer() : timer(&count) {}
  int fired() const { return fired_; }

private:
  static void count(timer& self) noexcept { ++static_cast<counted_timer&>(self).fired_; }

  int fired_ = 0;
};

time_point at(int second) { return time_point(std::chrono::seconds(second)); }

void stop_against_expiry() {
  timer_heap heap;
  weft::testing::call_it(heap, "heap");
  counted_timer first;
  counted_timer second;
  heap.start(first, at(1));
  heap.start(second, at(2));
  bool stopped_first = false;
  os_thread stopper([&] { stopped_first = heap.stop(first); });
  os_thread runner([&] { heap.run_due(at(1)); });
  heap.run_due(at(1));
  stopper.join();
  runner.join();
  must(first.fired() == (stopped_first ? 0 : 1), "a timer fired and was stopped, or neither");
  must(!heap.stop(first), "a timer that is over was stopped again");
  must(heap.next() == at(2), "the next timer is not known");
  must(heap.stop(second) && second.fired() == 0, "a timer that is not due fired");
  must(heap.next() == time_point::max(), "an empty heap has a next timer");
}

void start_against_run() {
  timer_heap heap;
  weft::testing::call_it(heap, "heap");
  counted_timer first;
  counted_timer second;
  counted_timer third;
  heap.start(second, at(2));
  std::size_t fired = 0;
  os_thread starter([&] {
    heap.start(first, at(1));
    heap.start(third, at(3));
  });
  fired += heap.run_due(at(2));
  starter.join();
  fired += heap.run_due(at(2));
  must(fired == 2 && first.fired() == 1 && second.fired() == 1, "a due timer did not fire once");
  must(heap.next() == at(3), "the next timer is not known");
  must(heap.run_due(at(3)) == 1 && third.fired() == 1, "a due timer did not fire once");
}

}  // namespace

TEST_CASE("a timer that is stopped while it expires fires or is stopped, and not both") {
  exploration how;
  const auto done = explore("stop against expiry", how, &stop_against_expiry);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("timers that are started while others run what is due fire once each") {
  exploration how;
  const auto done = explore("start against run", how, &start_against_run);
  CHECK(done.complete_up_to >= 2);
}
