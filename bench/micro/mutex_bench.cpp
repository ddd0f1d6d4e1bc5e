#include "weft_case.hpp"

#include <weft/runtime/mutex.hpp>
#include <weft/runtime/task_group.hpp>

namespace micro {
namespace {

using weft::task;

struct counter {
  weft::mutex mutex;
  std::uint64_t value = 0;
};

task<> count_up(counter& shared, std::uint64_t times) {
  for (; times != 0; --times) {
    const auto held = co_await shared.mutex.lock();
    ++shared.value;
  }
}

template <std::uint64_t Tasks>
task<std::uint64_t> contended(trial& t) {
  counter shared;
  weft::task_group group;
  for (std::uint64_t i = 0; i < Tasks; ++i) group.go(count_up(shared, share(t.ops, i, Tasks)));
  co_await group.join();
  co_return shared.value;
}

}  // namespace

void register_mutex_cases(const settings& s) {
  const weft::parallel workers{s.workers};
  add_weft_case({"mutex_4", every_op}, workers, contended<4>, s);
  add_weft_case({"mutex_64", every_op}, workers, contended<64>, s);
}

}  // namespace micro
