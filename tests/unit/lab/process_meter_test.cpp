#include "load/process_meter.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace {

// Of the time that this process uses until it has used a second.
template <class Work>
double user_share_of_a_second(Work work) {
  const double cpu = lab::process_cpu_seconds(::getpid()).value();
  const double user = lab::process_user_seconds(::getpid());
  while (lab::process_cpu_seconds(::getpid()).value() - cpu < 1) work();
  return (lab::process_user_seconds(::getpid()) - user) /
         (lab::process_cpu_seconds(::getpid()).value() - cpu);
}

}  // namespace

TEST_CASE("time outside of the kernel is told apart") {
  std::vector<int> numbers(100'000);
  const double sorting = user_share_of_a_second([&] {
    for (std::size_t i = 0; i < numbers.size(); ++i)
      numbers[i] = static_cast<int>(i * 7919 % numbers.size());
    std::sort(numbers.begin(), numbers.end());
  });
  const double asking = user_share_of_a_second([] {
    for (int i = 0; i < 1000; ++i) lab::read_machine_times();
  });
  CHECK(sorting > 0.8);
  CHECK(sorting <= 1.02);  // a step of the clock
  CHECK(asking < sorting);
}

TEST_CASE("a process that has ended has used nothing") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(0);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK_FALSE(lab::process_cpu_seconds(child));
  CHECK(lab::process_user_seconds(child) == 0);
}
