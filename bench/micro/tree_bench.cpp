#include "tree_work.hpp"
#include "weft_case.hpp"

#include <weft/runtime/task_group.hpp>

#include <array>
#include <numeric>

namespace micro {
namespace {

using weft::task;

// The value is that of one operation: each one builds the same tree.
template <task<std::uint64_t> (*Once)()>
task<std::uint64_t> repeated(trial& t) {
  std::uint64_t value = 0;
  for (std::uint64_t i = 0; i < t.ops; ++i) value = co_await Once();
  co_return value;
}

// Two ways to start a task beside another one: go() queues the child, fork() runs it and leaves its
// starter to be stolen. Go and Asio have the first one only.

task<> skynet_go(std::uint64_t first, std::uint64_t leaves, std::uint64_t& sum) {
  if (leaves == 1) {
    sum = first;
    co_return;
  }
  std::array<std::uint64_t, skynet_children> sums;
  weft::task_group group;
  const std::uint64_t below = leaves / skynet_children;
  for (std::uint64_t i = 0; i < skynet_children; ++i) {
    group.go(skynet_go(first + i * below, below, sums[i]));
  }
  co_await group.join();
  sum = std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
}

task<> skynet_fork(std::uint64_t first, std::uint64_t leaves, std::uint64_t& sum) {
  if (leaves == 1) {
    sum = first;
    co_return;
  }
  std::array<std::uint64_t, skynet_children> sums;
  weft::task_group group;
  const std::uint64_t below = leaves / skynet_children;
  for (std::uint64_t i = 0; i < skynet_children; ++i) {
    co_await group.fork(skynet_fork(first + i * below, below, sums[i]));
  }
  co_await group.join();
  sum = std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
}

template <task<> (*Skynet)(std::uint64_t, std::uint64_t, std::uint64_t&)>
task<std::uint64_t> skynet() {
  std::uint64_t sum = 0;
  co_await Skynet(0, skynet_leaves, sum);
  co_return sum;
}

task<std::uint64_t> fib_go(unsigned n) {
  if (n < 2) co_return n;
  auto left = weft::go(fib_go(n - 1));
  const std::uint64_t right = co_await fib_go(n - 2);
  const std::uint64_t joined = co_await left.join();
  co_return joined + right;
}

task<std::uint64_t> fib_fork(unsigned n) {
  if (n < 2) co_return n;
  auto left = co_await weft::fork(fib_fork(n - 1));
  const std::uint64_t right = co_await fib_fork(n - 2);
  const std::uint64_t joined = co_await left.join();
  co_return joined + right;
}

template <task<std::uint64_t> (*Fib)(unsigned)>
task<std::uint64_t> fib() {
  return Fib(fib_of);
}

task<std::uint64_t> sum_range(std::uint64_t first, std::uint64_t last) {
  if (last - first == 1) co_return piece_value(first);
  const std::uint64_t middle = first + (last - first) / 2;
  auto left = co_await weft::fork(sum_range(first, middle));
  const std::uint64_t right = co_await sum_range(middle, last);
  const std::uint64_t joined = co_await left.join();
  co_return joined + right;
}

task<std::uint64_t> sum_of_all() { return sum_range(0, pieces); }

}  // namespace

void register_tree_cases(const settings& s) {
  const weft::parallel workers{s.workers};
  add_weft_case({"skynet_go", expect_skynet}, workers, repeated<skynet<skynet_go>>, s);
  add_weft_case({"skynet_fork", expect_skynet}, workers, repeated<skynet<skynet_fork>>, s);
  add_weft_case({"fib_go", expect_fib}, workers, repeated<fib<fib_go>>, s);
  add_weft_case({"fib_fork", expect_fib}, workers, repeated<fib<fib_fork>>, s);
  add_weft_case({"parallel_for", expect_sum}, workers, repeated<sum_of_all>, s);
}

}  // namespace micro
