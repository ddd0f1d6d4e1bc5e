#pragma once

#include "connection_tally.hpp"
#include "server_pulse.hpp"
#include "work_area.hpp"

#include <weft/base/error.hpp>
#include <weft/http/limits.hpp>
#include <weft/net/file.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/task.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace weft::http {

/// A connection's socket, how long its reads and writes may last, and the memory of the request
/// that is under way: what reading requests and writing answers have in common.
class wire {
public:
  wire(tcp_stream stream, const http_limits& limits, const server_pulse& pulse)
      : stream_(std::move(stream)), limits_(limits), pulse_(pulse) {}

  // ---------------------------------------------------------------- for the connection's tasks

  /// Around a read: how long it may last.
  class timed_read {
  public:
    timed_read(wire& w, duration::rep until) noexcept : wire_(w) { wire_.reading_.set(until); }
    timed_read(const timed_read&) = delete;
    timed_read& operator=(const timed_read&) = delete;
    ~timed_read() { wire_.reading_.clear(); }

  private:
    wire& wire_;
  };

  /// From here on a stop may end the read under way, since no request is.
  void begin_idling() noexcept { idling_.store(idling::yes, std::memory_order_release); }
  /// The read has ended. Where a stop came with the first bytes of a request, that is read on.
  /// @return false while a stop is ending the read: ask again
  bool end_idling(bool has_bytes) noexcept;

  /// Where answers are collected before they are sent.
  byte_buffer& out() { return work().out; }
  std::size_t unsent() const noexcept { return work_ ? work_.held().out.size() : 0; }
  bool has_unsent() const noexcept { return unsent() != 0; }
  /// Sends of what is collected what fits at once, which nearly always is all.
  /// @return whether it was; flush() sends the rest, or finds the error once more
  bool try_flush();
  /// Sends what is collected, in parts: a slow but steady reader gets everything.
  /// @errors  as write()
  task<result<void>> flush() { return send(out().view(), &out()); }
  /// @errors condition::timed_out where the peer takes nothing, or too little
  task<result<void>> write(std::string_view bytes) { return send(bytes, nullptr); }
  task<result<void>> send_file(const file& from, std::uint64_t offset, std::uint64_t length);
  /// Finishes this direction, and drops what the peer still sends until it finishes too, for a
  /// while: bytes that are unread at a close, or come after it, would reset the connection, and an
  /// answer could be lost on its way.
  task<> linger();
  /// Further reads end, and the peer sees a reset: what was sent must not look complete.
  void cut() noexcept { stream_.abort(condition::closed); }
  /// Further reads end. Any thread.
  void end_reading() noexcept;
  bool reading_ended() const noexcept { return reading_ended_.load(std::memory_order_relaxed); }

  duration::rep now() const noexcept { return pulse_.now.load(std::memory_order_relaxed); }
  /// @return never for a duration that has no end
  duration::rep in(duration delay) const noexcept {
    return delay == duration::max() ? time_bound::never : now() + delay.count();
  }
  bool stopping() const noexcept { return pulse_.stopping.load(std::memory_order_relaxed); }
  /// Whether no further request is waited for. One whose bytes are there is not waited for.
  bool ends_idle() const noexcept {
    return pulse_.ending_idle.load(std::memory_order_relaxed) && !stream_.is_readable();
  }

  const http_limits& limits() const noexcept { return limits_; }
  /// Of the request under way. Leased from the first use on.
  work_area& work() { return work_.get(limits_); }
  bool has_work() const noexcept { return static_cast<bool>(work_); }
  work_area& held_work() const noexcept { return work_.held(); }
  void release_work() noexcept { work_.release(); }
  void release_cleared_work() noexcept { work_.release_cleared(); }
  tcp_stream& stream() noexcept { return stream_; }
  endpoint remote() const { return stream_.remote(); }
  connection_tally& tally() noexcept { return tally_; }
  const connection_tally& tally() const noexcept { return tally_; }

  /// Held while something is put into out() and sent, once a handler runs that streams: its reader
  /// and its writer may be different tasks.
  mutex& sending() noexcept { return sending_; }
  /// Whether the head of the answer is in out(), or sent. Under sending().
  bool answer_begun() const noexcept { return answer_begun_; }
  void set_answer_begun(bool begun) noexcept { answer_begun_ = begun; }

  // ---------------------------------------------------------------- for the server's sweep

  void expire_if_due(duration::rep now) noexcept;
  void end_if_idle() noexcept;
  bool is_reading() const noexcept { return reading_.is_set(); }
  bool is_writing() const noexcept { return writing_.is_set(); }

private:
  enum class idling : unsigned char { no, yes, being_ended, ended };

  task<result<void>> send(std::string_view bytes, byte_buffer* cleared);
  void count_sent(std::uint64_t bytes, const result<void>& how) noexcept;

  tcp_stream stream_;
  const http_limits& limits_;
  const server_pulse& pulse_;
  connection_tally tally_;
  work_lease work_;
  mutex sending_;
  bool answer_begun_ = false;
  time_bound reading_;
  time_bound writing_;
  std::atomic<idling> idling_{idling::no};
  std::atomic<bool> reading_ended_{false};
};

}  // namespace weft::http
