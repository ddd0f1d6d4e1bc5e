#pragma once

#include <weft/runtime/blocking.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/metrics.hpp>

#include <vector>

namespace weft::detail {

/// Threads for calls that block, made when they are needed and kept until the scheduler ends.
class blocking_pool {
public:
  blocking_pool() = default;
  ~blocking_pool();
  blocking_pool(const blocking_pool&) = delete;
  blocking_pool& operator=(const blocking_pool&) = delete;

  void submit(blocking_job& job);
  blocking_metrics metrics() const;

private:
  static constexpr unsigned most_threads = 64;

  void add_thread();
  void serve();

  mutable os_mutex mutex_;  // for all below
  os_condition work_;
  std::vector<os_thread> threads_;
  blocking_job* first_ = nullptr;
  blocking_job* last_ = nullptr;
  unsigned queued_ = 0;
  unsigned idle_ = 0;
  unsigned busy_ = 0;
  std::uint64_t calls_ = 0;
  bool stopping_ = false;
};

}  // namespace weft::detail
