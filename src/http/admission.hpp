#pragma once

#include <weft/base/clock.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/metrics.hpp>
#include <weft/http/parse_error.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace weft::http {

/// Which requests a server lets in, and which it sheds because it has too much to do: a limit on
/// how many are in flight, and one on how long a request has waited for its turn. Any thread.
class admission {
public:
  explicit admission(const http_limits& limits) noexcept;

  /// Whether there is a limit at all. Without one, nothing else here is called.
  bool is_in_use() const noexcept { return counts_ || times_; }
  /// Whether somebody has to know how long requests have waited.
  bool times() const noexcept { return times_; }

  /// What a request in flight takes up, where these are counted.
  class place {
  public:
    place() = default;
    explicit place(admission& of) noexcept : of_(&of) {}
    place(place&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    place& operator=(place&& other) noexcept {
      std::swap(of_, other.of_);
      return *this;
    }
    ~place() { leave(); }
    void leave() noexcept {
      if (of_ != nullptr)
        std::exchange(of_, nullptr)->in_flight_.fetch_sub(1, std::memory_order_relaxed);
    }

  private:
    admission* of_ = nullptr;
  };

  /// @param waited  since its bytes were found
  /// @param taken   gets the place of a request that is let in
  /// @return null where it is let in, else why not
  const parse_error* try_enter(duration waited, place& taken) noexcept;
  /// @param why  as try_enter() has said
  void count_shed(const parse_error& why) noexcept;

  void add_to(http_metrics& sum) const;

private:
  bool try_take_place() noexcept;
  void note_wait(duration waited) noexcept;

  const std::size_t most_in_flight_;
  const duration longest_delay_;
  const bool counts_;
  const bool times_;
  alignas(64) std::atomic<std::size_t> in_flight_{0};
  std::atomic<duration::rep> longest_seen_{0};
  std::atomic<std::uint64_t> shed_for_count_{0};
  std::atomic<std::uint64_t> shed_for_delay_{0};
};

}  // namespace weft::http
