#pragma once

#include "admission.hpp"
#include "host_list.hpp"
#include "wire.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/base/error.hpp>
#include <weft/http/handler.hpp>
#include <weft/http/request_parser.hpp>
#include <weft/runtime/task.hpp>
#include <weft/runtime/trace.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weft::http {

/// Reads the requests of a connection, and their bodies whole or piece by piece.
///
/// Bytes: in() holds the message that is being read, from its first byte on, and what follows it.
/// `parsed_` counts what the parser has consumed of it. While a message is under way its head stays
/// in place, since the request's views point into it; a body that does not lie there in one piece
/// is collected in the work area, one that is streamed passes through behind the head.
///
/// Buffer and parser are the work area's, which is held from the first bytes of a request to the
/// wait for the next one. What looks at them is therefore called in between.
/// Concurrent  one call at a time, from any task
class request_reader final : private read_room {
public:
  request_reader(wire& w, const host_list& hosts, admission& gate, request_trace& traced)
      : wire_(w), hosts_(hosts), gate_(gate), traced_(traced) {
    if (gate.times()) want_time();
  }

  enum class outcome {
    whole,    ///< message() is complete
    streams,  ///< its head is; the body comes by read_piece()
    shed,     ///< its head is complete; why_shed() says why no more of it is read
    refused,  ///< error() says why
    ended     ///< there is no further request
  };
  /// The next request. @param handler  is asked how it wants the body
  task<outcome> read_request(http_handler& handler);
  /// The next piece of a body that is streamed. @errors as body_stream::read()
  task<result<std::string_view>> read_piece();
  /// Drops what is left of a body. @return whether the next request can be read
  task<bool> drain();
  /// Forgets the message.
  void finish_request();

  const request& message() const noexcept { return parser().message(); }
  request& message() noexcept { return parser().message(); }
  /// Why the message was refused, or its body. @return null where nothing is wrong
  const parse_error* error() const noexcept { return error_.load(std::memory_order_acquire); }
  const parse_error& why_shed() const noexcept { return *why_shed_; }
  /// The request is not in flight any more.
  void leave_count() noexcept { place_.leave(); }
  bool body_complete() const noexcept { return complete_.load(std::memory_order_acquire); }
  /// Whether the peer went away before its message was complete.
  bool peer_gone() const noexcept { return peer_gone_.load(std::memory_order_acquire); }
  /// Whether the peer sends the body: not if it waits for a "100 Continue" that nobody has sent.
  bool is_body_wanted() const noexcept;
  /// Whether what is left of the body can be dropped, as far as its size is known.
  bool can_drain() const noexcept;
  /// How long the message's body was waited for.
  duration::rep body_waited() const noexcept {
    return body_waited_.load(std::memory_order_relaxed);
  }
  /// Whether bytes are here that no request has taken.
  bool has_unread() const noexcept { return !unread().empty(); }
  /// The bytes behind the message, for who takes the connection over.
  std::string take_unread() { return std::string(unread()); }
  /// Of a complete chunked body; they are the caller's from then on.
  field_list take_trailers() noexcept { return std::exchange(wire_.work().trailers, {}); }
  void cut_short() noexcept { wire_.end_reading(); }

private:
  parse_step step();
  std::optional<outcome> judge_head(std::size_t consumed, http_handler& handler);
  bool let_in(http_handler& handler);
  duration time_waited() const;
  void note_head() noexcept;
  bool has_body() const noexcept;
  bool take_head(std::size_t consumed, http_handler& handler);
  void take_head_of_shed(std::size_t consumed);
  void keep_room_for_body(std::size_t consumed, std::size_t room);
  void take_body_chunk();
  void take_trailer();
  void take_end();
  bool awaits_continue() const noexcept;
  task<bool> invite_body();

  bool is_idle() const noexcept { return !wire_.has_work() || in().size() == parsed_; }
  duration::rep begin_wait_for_head(bool idle) noexcept;
  bool end_wait_for_head(const result<std::size_t>& got, bool idle) noexcept;
  task<> end_idle_connection();
  task<bool> read_more_of_body();
  task<result<std::size_t>> read_body_bytes();
  void refuse(const parse_error& error) noexcept { error_.store(&error); }
  std::error_code condition_of_error() const noexcept;
  void make_room();
  std::span<char> room() noexcept override;
  std::span<char> free_room() noexcept;
  void take_bytes(std::size_t count) noexcept;
  void note_end_of_idling(const std::error_code& why) noexcept;
  std::string_view unread() const noexcept { return in().view().substr(parsed_); }
  byte_buffer& in() const noexcept { return wire_.held_work().in; }
  request_parser& parser() const noexcept { return wire_.held_work().parser; }
  bool has_head() const noexcept { return head_end_ != 0; }
  duration time_for_body() const noexcept;

  wire& wire_;
  const host_list& hosts_;
  admission& gate_;
  request_trace& traced_;
  std::size_t parsed_ = 0;
  std::size_t head_end_ = 0;      // 0: the head is not complete
  duration::rep head_until_ = 0;  // of a head that has begun; 0: none has
  std::uint64_t body_bytes_ = 0;  // of the message under way, so far
  std::size_t heads_ = 0;         // read on this connection
  const parse_error* why_shed_ = nullptr;
  admission::place place_;
  bool body_collected_ = false;
  bool body_invited_ = false;  // somebody has waited for it, and so sent 100 Continue if asked to
  // What others may look at while a task of the handler's reads.
  std::atomic<const parse_error*> error_{nullptr};
  std::atomic<bool> complete_{false};
  std::atomic<bool> peer_gone_{false};
  std::atomic<duration::rep> body_waited_{0};
};

}  // namespace weft::http
