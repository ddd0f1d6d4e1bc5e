#include "weft_case.hpp"

#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

namespace micro {
namespace {

using weft::task;

// Not inlined: clang would take the frame away, and with it what is measured.
[[gnu::noinline]] task<std::uint64_t> leaf(std::uint64_t i) { co_return i; }

task<std::uint64_t> call(trial& t) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < t.ops; ++i) sum += co_await leaf(i);
  co_return sum;
}

task<std::uint64_t> yield(trial& t) {
  std::uint64_t turns = 0;
  for (; turns < t.ops; ++turns) co_await weft::yield();
  co_return turns;
}

task<> take_turns(std::uint64_t ops) {
  for (; ops != 0; --ops) co_await weft::yield();
}

// More tasks than workers, so that each yield changes the task.
constexpr std::uint64_t many = 64;

task<std::uint64_t> yield_among_many(trial& t) {
  weft::task_group group;
  for (std::uint64_t i = 0; i < many; ++i) group.go(take_turns(share(t.ops, i, many)));
  co_await group.join();
  co_return t.ops;
}

task<std::uint64_t> go_join(trial& t) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < t.ops; ++i) {
    auto child = weft::go(leaf(i));
    sum += co_await child.join();
  }
  co_return sum;
}

task<std::uint64_t> fork_join(trial& t) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < t.ops; ++i) {
    auto child = co_await weft::fork(leaf(i));
    sum += co_await child.join();
  }
  co_return sum;
}

}  // namespace

void register_task_cases(const settings& s) {
  const weft::parallel workers{s.workers};
  add_weft_case({"call", sum_of_ops}, workers, call, s);
  add_weft_case({"yield", every_op}, workers, yield, s);
  add_weft_case({"yield_64", every_op}, workers, yield_among_many, s);
  add_weft_case({"go_join", sum_of_ops}, workers, go_join, s);
  add_weft_case({"fork_join", sum_of_ops}, workers, fork_join, s);
}

}  // namespace micro
