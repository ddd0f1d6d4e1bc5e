#pragma once

#include <weft/base/clock.hpp>
#include <weft/http/response.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weft::detail {

/// A copy of an answer.
class kept_answer {
public:
  explicit kept_answer(const response& res);
  void write_to(response& res) const;
  /// About what it takes in memory.
  std::size_t bytes() const noexcept { return bytes_; }

private:
  http_status status_;
  std::vector<response::field> fields_;
  std::string body_;
  std::size_t bytes_;
};

/// The answers to requests by their keys.
///
/// A key is claimed by the first who comes with it, and is then under way until an answer is kept
/// or the claim dropped. Kept ones are in the order in which they were kept, so the oldest and the
/// expired ones are at the front. All of it is under the lock.
class kept_answers {
public:
  enum class state { claimed, kept, under_way, another };
  struct found {
    state what = state::claimed;
    std::shared_ptr<const kept_answer> answer;  // where it is kept
  };

  kept_answers(std::size_t most_bytes, duration keeps_for)
      : most_bytes_(most_bytes), keeps_for_(keeps_for) {}

  /// @param mark  of the request: another one under the same key is told apart by it
  found claim(const std::string& key, std::size_t mark, time_point now);
  void keep(const std::string& key, std::shared_ptr<const kept_answer> answer, time_point now);
  void drop(const std::string& key) noexcept;

private:
  struct entry {
    std::size_t mark = 0;
    std::shared_ptr<const kept_answer> answer;  // null while it is under way
    time_point until{};
  };
  using table = std::unordered_map<std::string, entry>;

  static std::size_t bytes_of(const table::value_type& known) noexcept;
  void forget_oldest();

  const std::size_t most_bytes_;
  const duration keeps_for_;
  std::mutex mutex_;
  table all_;
  std::list<std::string> by_age_;  // the keys of those that are kept
  std::size_t bytes_ = 0;
};

}  // namespace weft::detail
