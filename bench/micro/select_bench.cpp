#include "weft_case.hpp"

#include <weft/runtime/channel.hpp>
#include <weft/runtime/select.hpp>
#include <weft/runtime/task_group.hpp>

#include <array>

namespace micro {
namespace {

using weft::recv;
using weft::task;
using numbers = weft::channel<std::uint64_t>;

constexpr std::uint64_t channels = 4;

task<> produce(numbers& into, std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t i = first; i < first + count; ++i) co_await into.send(i);
}

task<std::uint64_t> receive(std::array<numbers, channels>& from) {
  auto chosen = co_await weft::select(recv(from[0]), recv(from[1]), recv(from[2]), recv(from[3]));
  switch (chosen.index()) {
    case 0: co_return chosen.get<0>().value();
    case 1: co_return chosen.get<1>().value();
    case 2: co_return chosen.get<2>().value();
    default: co_return chosen.get<3>().value();
  }
}

task<std::uint64_t> select_among(trial& t) {
  std::array<numbers, channels> from;
  weft::task_group group;
  for (std::uint64_t i = 0; i < channels; ++i) {
    group.go(produce(from[i], t.ops * i / channels, share(t.ops, i, channels)));
  }
  std::uint64_t sum = 0;
  for (std::uint64_t left = t.ops; left != 0; --left) sum += co_await receive(from);
  co_await group.join();
  co_return sum;
}

}  // namespace

void register_select_cases(const settings& s) {
  add_weft_case({"select", sum_of_ops}, weft::parallel{s.workers}, select_among, s);
}

}  // namespace micro
