#include "asio_case.hpp"

#include <boost/asio/use_future.hpp>

namespace micro {
namespace {

asio::awaitable<std::uint64_t> timed(benchmark::State& state, trial& t, asio_body body) {
  std::uint64_t value = 0;
  while (state.KeepRunningBatch(state.max_iterations)) value = co_await body(t);
  co_return value;
}

}  // namespace

void add_asio_case(const case_form& form, unsigned threads, asio_body body, const settings& s) {
  add_case(
      form,
      [threads, body](benchmark::State& state, trial& t) {
        asio::thread_pool pool(threads);
        return asio::co_spawn(pool, timed(state, t, body), asio::use_future).get();
      },
      s);
}

void register_cases(const settings& s) {
  register_task_cases(s);
  register_channel_cases(s);
  register_select_cases(s);
  register_mutex_cases(s);
  register_tree_cases(s);
  register_waiting_cases(s);
}

}  // namespace micro
