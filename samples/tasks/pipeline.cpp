#include "samples.hpp"

#include <weft/runtime/channel.hpp>
#include <weft/runtime/task_group.hpp>

#include <cstdio>

using weft::channel;
using weft::task;

namespace {

task<> count_up_to(long last, channel<long>& out) {
  for (long n = 1; n <= last; ++n) co_await out.send(n);
  out.close();
}

task<> square(channel<long>& in, channel<long>& out) {
  while (auto n = co_await in.recv()) co_await out.send(*n * *n);
  out.close();  // a stage ends when the one before it does
}

}  // namespace

task<> pipeline() {
  // A stage that is ahead waits for the next one: no more than these are ever on the way.
  channel<long> numbers(8);
  channel<long> squares(8);
  weft::task_group stages;
  stages.go(count_up_to(1000, numbers));
  stages.go(square(numbers, squares));

  long count = 0;
  long sum = 0;
  while (auto n = co_await squares.recv()) {
    ++count;
    sum += *n;
  }
  co_await stages.join();
  std::printf("%ld squares, sum %ld\n", count, sum);
}
