#include "asio_group.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

namespace micro {
namespace {

using asio::awaitable;

[[gnu::noinline]] awaitable<std::uint64_t> leaf(std::uint64_t i) { co_return i; }

awaitable<std::uint64_t> call(trial& t) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < t.ops; ++i) sum += co_await leaf(i);
  co_return sum;
}

awaitable<std::uint64_t> yield(trial& t) {
  std::uint64_t turns = 0;
  for (; turns < t.ops; ++turns) co_await asio::post(asio::use_awaitable);
  co_return turns;
}

awaitable<void> take_turns(std::uint64_t ops) {
  for (; ops != 0; --ops) co_await asio::post(asio::use_awaitable);
}

constexpr std::uint64_t many = 64;

awaitable<std::uint64_t> yield_among_many(trial& t) {
  asio_group group(co_await asio::this_coro::executor, many);
  for (std::uint64_t i = 0; i < many; ++i) group.spawn(take_turns(share(t.ops, i, many)));
  co_await group.join();
  co_return t.ops;
}

awaitable<std::uint64_t> go_join(trial& t) {
  const auto executor = co_await asio::this_coro::executor;
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < t.ops; ++i) {
    sum += co_await asio::co_spawn(executor, leaf(i), asio::use_awaitable);
  }
  co_return sum;
}

}  // namespace

void register_task_cases(const settings& s) {
  add_asio_case({"call", sum_of_ops}, s.workers, call, s);
  add_asio_case({"yield", every_op}, s.workers, yield, s);
  add_asio_case({"yield_64", every_op}, s.workers, yield_among_many, s);
  add_asio_case({"go_join", sum_of_ops}, s.workers, go_join, s);
}

}  // namespace micro
