#pragma once

#include "url_place.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/base/clock.hpp>
#include <weft/http/body_stream.hpp>
#include <weft/http/client_request.hpp>
#include <weft/http/field_list.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/parse_error.hpp>
#include <weft/http/request_parser.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/event.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>

namespace weft::testing {

/// Writes or pieces that are on their way before who makes them waits. As in memory_network: small,
/// so that a test of back-pressure needs no megabytes.
inline constexpr std::size_t pieces_on_the_way = 16;

/// A request on its way into a handler without a connection: what the client would write goes
/// through the parser of the server, so that its limits and its refusals are the server's.
///
/// Two tasks use it. send_body() is the client's and makes the pieces of a body, which a channel
/// hands over; all the rest is the server's. The handler's body_stream holds it as its source, and
/// may outlive the exchange: close() lets nobody in any more.
class arriving_request final : public http::body_source {
public:
  /// @param limits  outlives this
  arriving_request(http::client_request sent, const url_place& to, const http_limits& limits);

  /// @return false where it is refused: error()
  bool read_head();
  request& message() noexcept { return parser_.message(); }
  bool has_body() const noexcept;
  void limit_body(std::uint64_t bytes) noexcept { parser_.limit_body(bytes); }
  /// After limit_body(). @return false where an announced length is past the limit: error()
  bool accepts_length();
  /// Reads all of the body into message(). @return false where it is refused, or will not be whole
  task<bool> collect();
  const http::parse_error* error() const noexcept { return error_.load(); }

  // body_source
  task<result<std::string_view>> read() override;
  bool complete() const noexcept override { return complete_.load(std::memory_order_acquire); }
  std::span<const header_field> trailers() const noexcept override { return trailers_.view(); }

  bool is_streamed() const noexcept { return sent_.streamed_body() != nullptr; }
  /// Makes a streamed body, until it ends, is cancelled, or nobody wants it any more.
  /// @return why it will never be whole; null where the body has not failed
  task<std::exception_ptr> send_body();

  /// Whether a streamed body has failed: send_body() is about to say why.
  bool is_cut() const noexcept { return cut_; }

  /// The request is answered, or its client has gone.
  void close() noexcept;

  /// Set while nobody waits for the client to send.
  event& at_work() noexcept { return at_work_; }
  /// How long the body was waited for in all.
  duration waited() const noexcept { return duration(waited_.load()); }

private:
  task<result<std::string_view>> read_piece();
  task<result<void>> more();
  task<std::exception_ptr> make_pieces();

  const http::client_request sent_;
  byte_buffer head_;
  http::request_parser parser_;
  std::string_view unread_;
  std::string arrived_;  // what unread_ points into, for a streamed body
  std::string body_;     // all of it, for handlers that want it so
  http::field_list trailers_;
  channel<std::string> pieces_{pieces_on_the_way};
  bool is_sent_ = false;  // a body that is there whole
  event at_work_;
  std::atomic<duration::rep> waited_{0};
  std::atomic<bool> is_read_{false};
  std::atomic<bool> closed_{false};
  std::atomic<bool> cut_{false};
  std::atomic<bool> complete_{false};
  std::atomic<const http::parse_error*> error_{nullptr};
};

}  // namespace weft::testing
