#pragma once

#include "connection_tally.hpp"

#include <weft/base/clock.hpp>
#include <weft/base/counter.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/parse_error.hpp>
#include <weft/net/tcp_listener.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/task.hpp>
#include <weft/runtime/task_group.hpp>

#include <atomic>
#include <cstddef>
#include <system_error>

namespace weft::http {

/// A descriptor in reserve. Where a process has none left, the system cannot hand out the
/// connection that waits, not even to turn it away: with this one closed, it can.
class spare_descriptor {
public:
  spare_descriptor() noexcept { take(); }
  spare_descriptor(const spare_descriptor&) = delete;
  spare_descriptor& operator=(const spare_descriptor&) = delete;
  ~spare_descriptor() { give(); }

  bool is_held() const noexcept { return descriptor_ >= 0; }
  void give() noexcept;
  /// Does nothing where it is held, or where the process has none.
  void take() noexcept;

private:
  int descriptor_ = -1;
};

/// Where connections arrive: lets them in while there is room. While there is none they wait in the
/// system's backlog; once that has lasted for accept_patience they are answered with 503.
///
/// One task uses it; add_to() any thread.
class reception {
public:
  /// Both are kept by reference.
  reception(const http_limits& limits, const std::atomic<bool>& stopping);

  /// Waits for the next connection to serve.
  /// @param served  those that are being served
  /// @errors condition::closed after stopping; condition::canceled
  /// @throws std::bad_alloc, and what a driver of I/O that cannot be made throws: the next call may
  ///         succeed
  task<result<tcp_stream>> next(tcp_listener& listener, const task_group& served);
  /// Says so on standard error, once.
  void note_pause(std::size_t live, const char* why) noexcept;

  void add_to(http_metrics& sum) const;

private:
  bool is_full(const task_group& served) const noexcept { return served.live() >= most_; }
  bool is_patient(const parse_error& shortage) noexcept;
  task<result<tcp_stream>> accept(tcp_listener& listener);
  const parse_error* reason_against(const task_group& served) noexcept;
  task<> turn_away(tcp_stream stream, const parse_error& why);
  task<> pause(std::size_t live, const std::error_code& why);

  const http_limits& limits_;
  const std::atomic<bool>& stopping_;
  const std::size_t most_;
  spare_descriptor spare_;
  const parse_error* shortage_ = nullptr;  // why nobody is let in at present
  time_point since_{};
  bool said_ = false;
  counter accepted_;
  counter past_connection_limit_;
  counter past_descriptor_limit_;
  counter sent_;
};

}  // namespace weft::http
