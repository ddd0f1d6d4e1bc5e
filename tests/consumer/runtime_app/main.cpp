#include <weft/runtime.hpp>

#include <cstdio>

weft::task<> count_to(int last, weft::channel<int>& out) {
  for (int n = 1; n <= last; ++n) co_await out.send(n);
  out.close();
}

weft::task<int> sum_up() {
  weft::channel<int> numbers(4);
  auto counting = weft::go(count_to(100, numbers));
  int sum = 0;
  while (auto n = co_await numbers.recv()) sum += *n;
  co_await counting.join();
  co_return sum;
}

int main() {
  weft::background_scheduler side(weft::parallel{2});
  std::printf("%d\n", weft::submit(side.tasks(), sum_up()).get());
}
