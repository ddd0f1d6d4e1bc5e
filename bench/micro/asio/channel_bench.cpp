#include "asio_group.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>

namespace micro {
namespace {

using asio::awaitable;
using boost::system::error_code;
// For one thread, and for several.
using numbers = asio::experimental::channel<void(error_code, std::uint64_t)>;
using shared_numbers = asio::experimental::concurrent_channel<void(error_code, std::uint64_t)>;

constexpr std::size_t buffered = 100;
constexpr auto result_of = asio::as_tuple(asio::use_awaitable);

template <class Channel>
awaitable<void> answer(Channel& asked, Channel& answered) {
  for (;;) {
    const auto [error, value] = co_await asked.async_receive(result_of);
    if (error) co_return;
    co_await answered.async_send(error_code{}, value, asio::use_awaitable);
  }
}

template <class Channel>
awaitable<std::uint64_t> ask(Channel& asked, Channel& answered, std::uint64_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    co_await asked.async_send(error_code{}, i, asio::use_awaitable);
    sum += co_await answered.async_receive(asio::use_awaitable);
  }
  asked.close();
  co_return sum;
}

template <class Channel>
awaitable<std::uint64_t> ping_pong(trial& t) {
  const auto executor = co_await asio::this_coro::executor;
  Channel asked(executor);
  Channel answered(executor);
  asio_group group(executor, 1);
  group.spawn(answer(asked, answered));
  const std::uint64_t sum = co_await ask(asked, answered, round_trips(t.ops));
  co_await group.join();
  co_return sum;
}

awaitable<std::uint64_t> ping_pong_across(trial& t) {
  asio::thread_pool beside(1);
  shared_numbers asked(beside);
  shared_numbers answered(co_await asio::this_coro::executor);
  asio_group group(beside.get_executor(), 1);
  group.spawn(answer(asked, answered));
  const std::uint64_t sum = co_await ask(asked, answered, round_trips(t.ops));
  co_await group.join();
  co_return sum;
}

awaitable<void> produce(shared_numbers& into, std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t i = first; i < first + count; ++i) {
    co_await into.async_send(error_code{}, i, asio::use_awaitable);
  }
}

awaitable<void> consume(shared_numbers& from, std::uint64_t& sum) {
  for (;;) {
    const auto [error, value] = co_await from.async_receive(result_of);
    if (error) co_return;
    sum += value;
  }
}

awaitable<void> produce_all(shared_numbers& into, std::uint64_t count, std::uint64_t producers) {
  asio_group group(co_await asio::this_coro::executor, producers);
  for (std::uint64_t i = 0; i < producers; ++i) {
    group.spawn(produce(into, count * i / producers, share(count, i, producers)));
  }
  co_await group.join();
  into.close();
}

awaitable<std::uint64_t> stream(trial& t) {
  const auto executor = co_await asio::this_coro::executor;
  shared_numbers values(executor, buffered);
  asio_group group(executor, 1);
  group.spawn(produce_all(values, t.ops, 1));
  std::uint64_t sum = 0;
  co_await consume(values, sum);
  co_await group.join();
  co_return sum;
}

struct alignas(64) own_line {
  std::uint64_t sum = 0;
};

awaitable<std::uint64_t> many_to_many(trial& t) {
  const auto executor = co_await asio::this_coro::executor;
  shared_numbers values(executor, buffered);
  std::array<own_line, 4> consumed;
  asio_group group(executor, consumed.size());
  for (own_line& c : consumed) group.spawn(consume(values, c.sum));
  co_await produce_all(values, t.ops, 4);
  co_await group.join();
  std::uint64_t sum = 0;
  for (const own_line& c : consumed) sum += c.sum;
  co_return sum;
}

}  // namespace

void register_channel_cases(const settings& s) {
  add_asio_case({"channel_one", sum_of_round_trips}, 1, ping_pong<numbers>, s);
  add_asio_case({"channel", sum_of_round_trips}, s.workers, ping_pong<shared_numbers>, s);
  add_asio_case({"channel_across", sum_of_round_trips}, 1, ping_pong_across, s);
  add_asio_case({"stream", sum_of_ops}, s.workers, stream, s);
  add_asio_case({"mpmc", sum_of_ops}, s.workers, many_to_many, s);
}

}  // namespace micro
