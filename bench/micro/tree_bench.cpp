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

task<> skynet(std::uint64_t first, std::uint64_t leaves, std::uint64_t& sum) {
  if (leaves == 1) {
    sum = first;
    co_return;
  }
  std::array<std::uint64_t, skynet_children> sums;
  weft::task_group group;
  const std::uint64_t below = leaves / skynet_children;
  for (std::uint64_t i = 0; i < skynet_children; ++i) {
    group.go(skynet(first + i * below, below, sums[i]));
  }
  co_await group.join();
  sum = std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
}

task<std::uint64_t> skynet_of_all() {
  std::uint64_t sum = 0;
  co_await skynet(0, skynet_leaves, sum);
  co_return sum;
}

task<std::uint64_t> fib(unsigned n) {
  if (n < 2) co_return n;
  auto left = weft::go(fib(n - 1));
  const std::uint64_t right = co_await fib(n - 2);
  const std::uint64_t joined = co_await left.join();
  co_return joined + right;
}

task<std::uint64_t> fib_of_all() { return fib(fib_of); }

task<std::uint64_t> sum_range(std::uint64_t first, std::uint64_t last) {
  if (last - first == 1) co_return piece_value(first);
  const std::uint64_t middle = first + (last - first) / 2;
  auto left = weft::go(sum_range(first, middle));
  const std::uint64_t right = co_await sum_range(middle, last);
  const std::uint64_t joined = co_await left.join();
  co_return joined + right;
}

task<std::uint64_t> sum_of_all() { return sum_range(0, pieces); }

}  // namespace

void register_tree_cases(const settings& s) {
  const weft::parallel workers{s.workers};
  add_weft_case({"skynet_go", expect_skynet}, workers, repeated<skynet_of_all>, s);
  add_weft_case({"fib_go", expect_fib}, workers, repeated<fib_of_all>, s);
  add_weft_case({"parallel_for", expect_sum}, workers, repeated<sum_of_all>, s);
}

}  // namespace micro
