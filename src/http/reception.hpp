#pragma once

#include "connection_tally.hpp"

#include <weft/base/clock.hpp>
#include <weft/base/counter.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/parse_error.hpp>
#include <weft/net/tcp_listener.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/task.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

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

/// How many connections a server has room for, whichever listener they come from. Any thread.
class room {
public:
  explicit room(const http_limits& limits);

  /// What a connection takes up for as long as it lives.
  class place {
  public:
    explicit place(room& of) noexcept : room_(&of) {}
    place(place&& other) noexcept : room_(std::exchange(other.room_, nullptr)) {}
    place& operator=(place&& other) noexcept {
      std::swap(room_, other.room_);
      return *this;
    }
    ~place() {
      if (room_ != nullptr) room_->taken_.fetch_sub(1, std::memory_order_relaxed);
    }

  private:
    room* room_;
  };

  /// @return nullopt where it is full
  std::optional<place> try_enter(time_point now) noexcept;
  bool is_full() const noexcept { return taken() >= most_; }
  /// When the last place was taken. Where it is full: since when.
  time_point full_since() const noexcept {
    return time_point(duration(full_since_.load(std::memory_order_relaxed)));
  }
  std::size_t taken() const noexcept { return taken_.load(std::memory_order_relaxed); }
  /// For who tells people why nobody is let in. @return true the first time for each reason
  bool is_news(std::string_view why) noexcept;

private:
  const std::size_t most_;
  std::atomic<std::size_t> taken_{0};
  std::atomic<duration::rep> full_since_{0};
  std::atomic<std::uint64_t> told_{0};  // a bit a reason
};

/// A connection that was let in.
class arrival {
public:
  arrival(tcp_stream s, room::place p) noexcept : stream(std::move(s)), place(std::move(p)) {}

  tcp_stream stream;
  room::place place;
};

/// Where the connections of one listener arrive: lets them in while there is room. While there is
/// none they wait in the system's backlog; once that has lasted for accept_patience they are
/// answered with 503. After a cancel those that the system has completed are still let in, as far
/// as there is room: they may have sent a request, and closing the listener would reset them.
///
/// One task uses it; close(), local() and add_to() any thread.
class reception {
public:
  /// The last two are kept by reference.
  reception(tcp_listener listener, const http_limits& limits, room& places);

  /// Waits for the next connection to serve. Cancelled, it no longer waits but takes what is there.
  /// @errors condition::canceled when nothing is there any more; condition::closed
  /// @throws std::bad_alloc, and what a driver of I/O that cannot be made throws: the next call may
  ///         succeed
  task<result<arrival>> next();
  /// Says on standard error that accepting pauses; all receptions together once a reason.
  void note_pause(const char* why) noexcept;
  void close() noexcept { listener_.close(); }
  endpoint local() const { return listener_.local(); }

  void add_to(http_metrics& sum) const;

private:
  bool is_patient(time_point since) const noexcept;
  task<result<tcp_stream>> accept();
  task<> turn_away(tcp_stream stream, const parse_error& why);
  task<> pause(const std::error_code& why);

  tcp_listener listener_;
  const http_limits& limits_;
  room& room_;
  spare_descriptor spare_;
  std::optional<time_point> without_descriptor_since_;
  std::size_t taken_at_the_end_ = 0;
  counter accepted_;
  counter past_connection_limit_;
  counter past_descriptor_limit_;
  counter sent_;
};

}  // namespace weft::http
