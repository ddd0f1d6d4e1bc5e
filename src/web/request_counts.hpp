#pragma once

#include <weft/base/clock.hpp>
#include <weft/http/method.hpp>
#include <weft/http/status.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::detail {

/// How many requests of each method and route there were, with which status, and how long they
/// took.
///
/// What was seen once stays, so the series of a request is found under a shared lock and counted in
/// by atomics. There are as many as routes and methods, whatever clients send: a method without a
/// name is one, and so is all that has no route.
class request_counts {
public:
  /// @param bounds  ascending, in seconds
  explicit request_counts(std::vector<double> bounds) : bounds_(std::move(bounds)) {}

  void count(http_method method, std::string_view route, http_status status, duration took);
  /// Two families of metrics with all their lines.
  void write(std::string& out) const;

private:
  static constexpr std::size_t first_status = 200;
  static constexpr std::size_t end_of_statuses = 600;

  struct series {
    explicit series(std::size_t buckets) : by_duration(buckets) {}
    std::array<std::atomic<std::uint64_t>, end_of_statuses - first_status> by_status{};
    std::vector<std::atomic<std::uint64_t>> by_duration;  // the last has no bound
    std::atomic<std::uint64_t> nanoseconds{0};
  };
  using name = std::pair<http_method, std::string>;
  struct before {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      if (a.first != b.first) return a.first < b.first;
      return std::string_view(a.second) < std::string_view(b.second);
    }
  };

  series& of(http_method method, std::string_view route);

  const std::vector<double> bounds_;
  mutable std::shared_mutex mutex_;
  std::map<name, std::unique_ptr<series>, before> all_;
};

/// One line: `name{labels} value`. @param labels  written by append_label(), or empty
void append_sample(std::string& out, std::string_view name, std::string_view labels,
                   std::uint64_t value);
void append_sample(std::string& out, std::string_view name, std::string_view labels, double value);
/// `,name="value"`, without the comma at the beginning of `labels`; the value is escaped.
void append_label(std::string& labels, std::string_view name, std::string_view value);
/// What stands in front of the samples of a metric.
void append_head(std::string& out, std::string_view name, std::string_view type,
                 std::string_view help);

}  // namespace weft::detail
