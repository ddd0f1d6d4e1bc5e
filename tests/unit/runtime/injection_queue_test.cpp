#include <runtime/injection_queue.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace {

using weft::detail::injection_queue;
using weft::detail::task_handle;

// The queue never looks at a task: any distinct addresses will do.
class fake_tasks {
public:
  explicit fake_tasks(std::size_t count) : places_(count) {}
  task_handle operator[](std::size_t i) { return task_handle::from_address(&places_[i]); }
  std::size_t index_of(task_handle h) const {
    return static_cast<std::size_t>(static_cast<const long*>(h.address()) - places_.data());
  }

private:
  std::vector<long> places_;
};

TEST_CASE("an injection queue gives tasks out in the order they came") {
  fake_tasks tasks(3);
  injection_queue queue;
  CHECK(queue.empty());
  CHECK_FALSE(queue.pop());
  for (std::size_t i = 0; i < 3; ++i) queue.push(tasks[i], [] {});
  CHECK_FALSE(queue.empty());
  for (std::size_t i = 0; i < 3; ++i) CHECK(queue.pop() == tasks[i]);
  CHECK(queue.empty());
  CHECK_FALSE(queue.pop());
}

TEST_CASE("each task of many pushers is popped once") {
  constexpr std::size_t each = 5'000;
  fake_tasks tasks(2 * each);
  injection_queue queue;
  std::vector<std::atomic<int>> popped(2 * each);
  std::atomic<std::size_t> left = 2 * each;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < each; ++i) queue.push(tasks[t * each + i], [] {});
    });
    threads.emplace_back([&] {
      while (left != 0) {
        const task_handle h = queue.pop();
        if (!h) continue;
        ++popped[tasks.index_of(h)];
        --left;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  bool all_once = true;
  for (const auto& count : popped) all_once &= count == 1;
  CHECK(all_once);
}

}  // namespace
