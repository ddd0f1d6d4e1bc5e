#include "asio_group.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>

namespace micro {
namespace {

using asio::awaitable;
using boost::system::error_code;
using numbers = asio::experimental::channel<void(error_code, std::uint64_t)>;

constexpr std::uint64_t channels = 4;

awaitable<void> produce(numbers& into, std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t i = first; i < first + count; ++i) {
    co_await into.async_send(error_code{}, i, asio::use_awaitable);
  }
}

// Several receives may have ended before the others were cancelled: all their values count.
struct received {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  void add(const error_code& error, std::uint64_t value) {
    if (error) return;
    ++count;
    sum += value;
  }
};

awaitable<void> receive(std::array<numbers*, channels> from, received& all) {
  const auto [order, e0, v0, e1, v1, e2, v2, e3, v3] =
      co_await asio::experimental::make_parallel_group(
          from[0]->async_receive(asio::deferred), from[1]->async_receive(asio::deferred),
          from[2]->async_receive(asio::deferred), from[3]->async_receive(asio::deferred))
          .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  all.add(e0, v0);
  all.add(e1, v1);
  all.add(e2, v2);
  all.add(e3, v3);
}

awaitable<std::uint64_t> select_among(trial& t) {
  const auto executor = co_await asio::this_coro::executor;
  numbers a(executor);
  numbers b(executor);
  numbers c(executor);
  numbers d(executor);
  const std::array<numbers*, channels> from{&a, &b, &c, &d};
  asio_group group(executor, channels);
  for (std::uint64_t i = 0; i < channels; ++i) {
    group.spawn(produce(*from[i], t.ops * i / channels, share(t.ops, i, channels)));
  }
  received all;
  while (all.count < t.ops) co_await receive(from, all);
  co_await group.join();
  co_return all.sum;
}

}  // namespace

void register_select_cases(const settings& s) {
  // One thread, whatever the workers: a parallel_group that cancels is for a single thread or
  // strand.
  add_asio_case({"select", sum_of_ops}, 1, select_among, s);
}

}  // namespace micro
