#include "../tree_work.hpp"
#include "asio_case.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

#include <numeric>
#include <utility>
#include <vector>

namespace micro {
namespace {

using asio::awaitable;
using namespace asio::experimental::awaitable_operators;

template <awaitable<std::uint64_t> (*Once)()>
awaitable<std::uint64_t> repeated(trial& t) {
  std::uint64_t value = 0;
  for (std::uint64_t i = 0; i < t.ops; ++i) value = co_await Once();
  co_return value;
}

// Children as the documentation joins them: a parallel_group of co_spawn operations, and the
// operator
// && that is made of it. A shared channel that each child sends its result to took as long.
awaitable<std::uint64_t> skynet(std::uint64_t first, std::uint64_t leaves) {
  if (leaves == 1) co_return first;
  const auto executor = co_await asio::this_coro::executor;
  const std::uint64_t below = leaves / skynet_children;
  const auto child = [&](std::uint64_t i) {
    return asio::co_spawn(executor, skynet(first + i * below, below), asio::deferred);
  };
  std::vector<decltype(child(0))> children;
  children.reserve(skynet_children);
  for (std::uint64_t i = 0; i < skynet_children; ++i) children.push_back(child(i));
  const auto [order, errors, sums] =
      co_await asio::experimental::make_parallel_group(std::move(children))
          .async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
  co_return std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
}

awaitable<std::uint64_t> skynet_of_all() { return skynet(0, skynet_leaves); }

awaitable<std::uint64_t> fib(unsigned n) {
  if (n < 2) co_return n;
  const auto [left, right] = co_await (fib(n - 1) && fib(n - 2));
  co_return left + right;
}

awaitable<std::uint64_t> fib_of_all() { return fib(fib_of); }

awaitable<std::uint64_t> sum_range(std::uint64_t first, std::uint64_t last) {
  if (last - first == 1) co_return piece_value(first);
  const std::uint64_t middle = first + (last - first) / 2;
  const auto [left, right] = co_await (sum_range(first, middle) && sum_range(middle, last));
  co_return left + right;
}

awaitable<std::uint64_t> sum_of_all() { return sum_range(0, pieces); }

}  // namespace

void register_tree_cases(const settings& s) {
  add_asio_case({"skynet_go", expect_skynet}, s.workers, repeated<skynet_of_all>, s);
  add_asio_case({"fib_go", expect_fib}, s.workers, repeated<fib_of_all>, s);
  add_asio_case({"parallel_for", expect_sum}, s.workers, repeated<sum_of_all>, s);
}

}  // namespace micro
