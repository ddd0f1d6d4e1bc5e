#include "weft_case.hpp"

#include <weft/runtime/channel.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>

#include <array>
#include <thread>

namespace micro {
namespace {

using weft::task;
using numbers = weft::channel<std::uint64_t>;

constexpr std::size_t buffered = 100;

task<> answer(numbers& asked, numbers& answered) {
  for (;;) {
    const auto value = co_await asked.recv();
    if (!value) co_return;
    co_await answered.send(*value);
  }
}

task<std::uint64_t> ask(numbers& asked, numbers& answered, std::uint64_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    co_await asked.send(i);
    const auto value = co_await answered.recv();
    sum += value.value();
  }
  asked.close();
  co_return sum;
}

task<std::uint64_t> ping_pong(trial& t) {
  numbers asked;
  numbers answered;
  weft::task_group group;
  group.go(answer(asked, answered));
  const std::uint64_t sum = co_await ask(asked, answered, round_trips(t.ops));
  co_await group.join();
  co_return sum;
}

// Each side has a thread to itself, so that every hand-off crosses: the other thread is asleep.
task<std::uint64_t> ping_pong_across(trial& t) {
  numbers asked;
  numbers answered;
  std::thread other([&] {
    weft::scheduler beside(weft::event_loop{});
    beside.run(answer(asked, answered));
  });
  const std::uint64_t sum = co_await ask(asked, answered, round_trips(t.ops));
  other.join();
  co_return sum;
}

task<> produce(numbers& into, std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t i = first; i < first + count; ++i) co_await into.send(i);
}

task<> consume(numbers& from, std::uint64_t& sum) {
  for (;;) {
    const auto value = co_await from.recv();
    if (!value) co_return;
    sum += *value;
  }
}

task<> produce_all(numbers& into, std::uint64_t count, std::uint64_t producers) {
  weft::task_group group;
  for (std::uint64_t i = 0; i < producers; ++i) {
    group.go(produce(into, count * i / producers, share(count, i, producers)));
  }
  co_await group.join();
  into.close();
}

task<std::uint64_t> stream(trial& t) {
  numbers values(buffered);
  weft::task_group group;
  group.go(produce_all(values, t.ops, 1));
  std::uint64_t sum = 0;
  co_await consume(values, sum);
  co_await group.join();
  co_return sum;
}

struct alignas(64) own_line {
  std::uint64_t sum = 0;
};

task<std::uint64_t> many_to_many(trial& t) {
  numbers values(buffered);
  std::array<own_line, 4> consumed;
  weft::task_group group;
  for (own_line& c : consumed) group.go(consume(values, c.sum));
  co_await produce_all(values, t.ops, 4);
  co_await group.join();
  std::uint64_t sum = 0;
  for (const own_line& c : consumed) sum += c.sum;
  co_return sum;
}

}  // namespace

void register_channel_cases(const settings& s) {
  const weft::parallel workers{s.workers};
  add_weft_case({"channel_one", sum_of_round_trips}, weft::parallel{1}, ping_pong, s);
  add_weft_case({"channel", sum_of_round_trips}, workers, ping_pong, s);
  add_weft_case({"channel_across", sum_of_round_trips}, weft::event_loop{}, ping_pong_across, s);
  add_weft_case({"stream", sum_of_ops}, workers, stream, s);
  add_weft_case({"mpmc", sum_of_ops}, workers, many_to_many, s);
}

}  // namespace micro
