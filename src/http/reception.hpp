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
#include <optional>
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
    place& operator=(place&&) = delete;
    ~place() {
      if (room_ != nullptr) room_->taken_.fetch_sub(1, std::memory_order_relaxed);
    }

  private:
    room* room_;
  };

  /// @return nullopt where it is full
  std::optional<place> try_enter() noexcept;
  bool is_full() const noexcept { return taken() >= most_; }
  std::size_t taken() const noexcept { return taken_.load(std::memory_order_relaxed); }
  /// @return true the first time, for who tells people that there is none left
  bool is_first_shortage() noexcept { return !told_.exchange(true, std::memory_order_relaxed); }

private:
  const std::size_t most_;
  std::atomic<std::size_t> taken_{0};
  std::atomic<bool> told_{false};
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
/// answered with 503.
///
/// One task uses it; close(), local() and add_to() any thread.
class reception {
public:
  /// The last three are kept by reference.
  reception(tcp_listener listener, const http_limits& limits, room& places,
            const std::atomic<bool>& stopping);

  /// Waits for the next connection to serve.
  /// @errors condition::closed after stopping; condition::canceled
  /// @throws std::bad_alloc, and what a driver of I/O that cannot be made throws: the next call may
  ///         succeed
  task<result<arrival>> next();
  /// Says on standard error that accepting pauses; all receptions together once.
  void note_pause(const char* why) noexcept;
  void close() noexcept { listener_.close(); }
  endpoint local() const { return listener_.local(); }

  void add_to(http_metrics& sum) const;

private:
  bool is_patient(const parse_error& shortage) noexcept;
  task<result<tcp_stream>> accept();
  task<> turn_away(tcp_stream stream, const parse_error& why);
  task<> pause(const std::error_code& why);

  tcp_listener listener_;
  const http_limits& limits_;
  room& room_;
  const std::atomic<bool>& stopping_;
  spare_descriptor spare_;
  const parse_error* shortage_ = nullptr;  // why nobody is let in at present
  time_point since_{};
  counter accepted_;
  counter past_connection_limit_;
  counter past_descriptor_limit_;
  counter sent_;
};

}  // namespace weft::http
