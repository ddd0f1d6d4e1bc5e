#include "web/rate_counter.hpp"

#include <weft/runtime/scheduler.hpp>
#include <weft/web/rate_limit_store.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

namespace weft {
namespace {

constexpr std::size_t longest_key = 128;

/// Tokens often begin alike.
std::string shortened(std::string_view key, std::size_t hash) {
  const auto end = std::to_string(hash);
  return std::string(key.substr(0, longest_key - end.size())) + end;
}

/// The counters of some of the keys. All of it is under the lock.
class shard {
public:
  rate_verdict take(std::string_view key, const request_rate& rate, time_point now,
                    std::size_t most_keys) {
    const std::scoped_lock lock(mutex_);
    const auto known = by_key_.find(key);
    if (known != by_key_.end()) {
      by_use_.splice(by_use_.begin(), by_use_, known->second);
    } else {
      add(key, most_keys);
    }
    return by_use_.front().counter.take(rate, now);
  }

private:
  struct entry {
    explicit entry(std::string_view k) : key(k) {}
    std::string key;
    detail::rate_counter counter;
  };
  using place = std::list<entry>::iterator;

  void add(std::string_view key, std::size_t most_keys) {
    by_use_.emplace_front(key);
    try {
      by_key_.emplace(by_use_.front().key, by_use_.begin());
    } catch (...) {
      by_use_.pop_front();
      throw;
    }
    if (by_use_.size() <= most_keys) return;
    by_key_.erase(by_use_.back().key);
    by_use_.pop_back();
  }

  std::mutex mutex_;
  std::list<entry> by_use_;  // the latest first
  std::unordered_map<std::string_view, place> by_key_;
};

class local_store final : public rate_limit_store {
public:
  explicit local_store(std::size_t most_keys)
      : most_in_shard_(std::max<std::size_t>(1, most_keys / shards)) {}

  task<rate_verdict> take(std::string_view key, const request_rate& rate) override {
    const auto hash = std::hash<std::string_view>()(key);
    std::string shorter;
    if (key.size() > longest_key) key = shorter = shortened(key, hash);
    auto& mine = shards_[hash % shards];
    co_return mine.take(key, rate, scheduler::current().now(), most_in_shard_);
  }

private:
  static constexpr std::size_t shards = 32;

  const std::size_t most_in_shard_;
  std::array<shard, shards> shards_;
};

}  // namespace

std::shared_ptr<rate_limit_store> local_rate_limits(std::size_t most_keys) {
  return std::make_shared<local_store>(most_keys);
}

}  // namespace weft
