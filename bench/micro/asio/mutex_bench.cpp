#include "asio_group.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

namespace micro {
namespace {

using asio::awaitable;

struct counter {
  explicit counter(const asio::any_io_executor& executor) : strand(executor) {}
  asio::strand<asio::any_io_executor> strand;
  std::uint64_t value = 0;
};

// Asio has no mutex for coroutines: what only one may do at a time, a strand does. The post leaves
// the strand, so that others get in between two turns.
awaitable<void> count_up(counter& shared, std::uint64_t times) {
  for (; times != 0; --times) {
    co_await asio::dispatch(asio::bind_executor(shared.strand, asio::use_awaitable));
    ++shared.value;
    co_await asio::post(asio::use_awaitable);
  }
}

template <std::uint64_t Tasks>
awaitable<std::uint64_t> contended(trial& t) {
  const auto executor = co_await asio::this_coro::executor;
  counter shared(executor);
  asio_group group(executor, Tasks);
  for (std::uint64_t i = 0; i < Tasks; ++i) group.spawn(count_up(shared, share(t.ops, i, Tasks)));
  co_await group.join();
  co_return shared.value;
}

}  // namespace

void register_mutex_cases(const settings& s) {
  add_asio_case({"mutex_4", every_op}, s.workers, contended<4>, s);
  add_asio_case({"mutex_64", every_op}, s.workers, contended<64>, s);
}

}  // namespace micro
