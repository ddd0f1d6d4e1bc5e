#pragma once

#include <weft/base/clock.hpp>
#include <weft/base/counter.hpp>
#include <weft/http/metrics.hpp>
#include <weft/http/status.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::http {

/// Adds to a sum of metrics. @param reason  of static storage
void count_rejections(http_metrics& sum, std::string_view reason, std::uint64_t count);

/// What one connection counts. Its task counts, any thread reads.
///
/// A connection is refused once at most, since that ends it: so there is one place for the reason,
/// and no table of counters that connections would share.
class connection_tally {
public:
  void received(std::size_t bytes) noexcept { received_.add(bytes); }
  void sent(std::size_t bytes) noexcept { sent_.add(bytes); }
  void waited(duration time) noexcept { waited_.add(static_cast<std::uint64_t>(time.count())); }
  void request_began() noexcept { requests_.add(); }
  void answered(http_status status) noexcept { responses_[class_of(status)].add(); }
  /// The first reason stays. @param reason  lives for ever, like those of parse_errors
  void rejected(const std::string_view& reason) noexcept {
    if (reason_.load(std::memory_order_relaxed) == nullptr)
      reason_.store(&reason, std::memory_order_relaxed);
  }

  void add_to(http_metrics& sum) const;

private:
  static std::size_t class_of(http_status status) noexcept {
    const auto digit = static_cast<std::size_t>(status) / 100;
    return digit < 6 ? digit : 0;
  }

  counter waited_;  // ns
  counter requests_;
  counter received_;
  counter sent_;
  std::array<counter, 6> responses_;
  std::atomic<const std::string_view*> reason_{nullptr};
};

}  // namespace weft::http
