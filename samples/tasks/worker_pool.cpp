#include "samples.hpp"

#include <weft/runtime/channel.hpp>
#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/guarded.hpp>
#include <weft/runtime/task_group.hpp>

#include <cstdio>
#include <map>

using weft::channel;
using weft::guarded;
using weft::task;

namespace {

constexpr int workers = 4;
using answers = guarded<std::map<long, int>>;

int steps_to_one(long n) {  // Collatz
  int steps = 0;
  for (; n != 1; ++steps) n = n % 2 == 0 ? n / 2 : 3 * n + 1;
  weft::checkpoint();  // long computations let others in
  return steps;
}

task<> work(channel<long>& jobs, answers& found) {
  while (auto job = co_await jobs.recv()) {
    const int steps = steps_to_one(*job);
    co_await found.with([&](auto& all) { all[*job] = steps; });
  }
}

}  // namespace

task<> worker_pool() {
  channel<long> jobs;
  answers found;
  weft::task_group pool;
  for (int i = 0; i < workers; ++i) pool.go(work(jobs, found));
  for (long job = 837'790; job < 837'810; ++job) co_await jobs.send(job);
  jobs.close();
  co_await pool.join();

  const auto all = co_await found.with([](auto& map) { return map; });
  auto longest = all.begin();
  for (auto it = all.begin(); it != all.end(); ++it) {
    if (it->second > longest->second) longest = it;
  }
  std::printf("%zu jobs done by %d workers\n", all.size(), workers);
  std::printf("the longest chain begins at %ld: %d steps\n", longest->first, longest->second);
}
