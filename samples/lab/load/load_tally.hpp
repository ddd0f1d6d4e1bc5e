#pragma once

#include "client_connection.hpp"
#include "load_plan.hpp"
#include "load_result.hpp"
#include "run_window.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace lab {

/// Keeps the counts of a run and decides what belongs to its measured window.
///
/// A request is measured when it was due inside the window; its latency counts however late the
/// answer comes. Throughput counts the answers that come inside the window, whenever they were
/// asked for.
class load_tally {
public:
  using time_point = load_clock::time_point;

  explicit load_tally(const load_plan& plan);

  void open_window(time_point begin, time_point end);
  /// Keeps later answers, to the questions after the run, out of it.
  void close_window(time_point end) { end_ = end; }
  bool in_window(time_point moment) const { return moment >= begin_ && moment < end_; }
  time_point window_end() const { return end_; }

  /// @param now  when its last byte was read
  void add_reply(const client_connection::owed_reply& reply, time_point now);
  /// @param delay  from the moment a request was due until the generator came to it
  void add_send_delay(std::chrono::nanoseconds delay) { late_.record(delay); }

  std::uint64_t replies_in_window() const { return in_window_; }
  load_result result(const run_window& window, const std::vector<std::uint64_t>& body_bytes) const;

  error_counts errors;
  std::uint64_t idle_asked = 0;
  std::uint64_t idle_answered = 0;
  std::uint64_t waited_for_connection = 0;

private:
  double seconds() const;
  kind_result result_of(std::size_t kind) const;
  generator_health health(const run_window& window) const;

  const load_plan& plan_;
  time_point begin_ = time_point::max();
  time_point end_ = time_point::max();
  time_point last_reply_{};
  std::uint64_t in_window_ = 0;
  std::vector<std::uint64_t> replies_;
  std::vector<histogram> latencies_;
  histogram late_;
};

}  // namespace lab
