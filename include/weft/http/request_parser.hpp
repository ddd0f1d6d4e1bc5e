#pragma once

#include <weft/http/detail/head_parser.hpp>
#include <weft/http/detail/message_steps.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/parse_error.hpp>
#include <weft/http/parse_event.hpp>
#include <weft/http/request.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weft::http {

/// Turns the bytes of a connection into requests. Does no I/O and holds no bytes.
///
/// Strict: where RFC 9112 lets a server choose between mending and refusing, it refuses. However
/// the input is cut into calls, the events are the same, with body chunks joined.
///
///     need_more* head (need_more | body)* (need_more | trailer)* done  |  ... error, for good
///
/// Cost: no allocation once a message with as many headers was seen.
/// @source RFC 9112, RFC 9110 5 to 7 and 10.1.1
/// @example tests/unit/http/request_parser_test.cpp:loop
class request_parser : private detail::message_steps {
public:
  /// @param limits  kept by reference
  explicit request_parser(const http_limits& limits) : message_steps(limits), head_(limits) {}
  request_parser(const http_limits&&) = delete;
  request_parser(const request_parser&) = delete;
  request_parser& operator=(const request_parser&) = delete;

  /// One step through the bytes that were not consumed so far.
  ///
  /// Until `head` was returned, the bytes may move between two calls as long as they stay the same;
  /// from then on the head's bytes stay where they are until `done`.
  /// @param unread  everything after the last `consumed`; may be empty
  parse_step next(std::string_view unread);

  /// Complete after `head`, until reset(); before it, only method() may be known.
  const request& message() const noexcept { return message_; }
  request& message() noexcept { return message_; }
  using message_steps::body_chunk;
  using message_steps::error;
  using message_steps::trailer;

  /// Whether the client waits for "100 Continue" before it sends a body; valid after `head`.
  bool expects_continue() const noexcept;
  /// The announced length; nullopt without a body and for a chunked one. Valid after `head`.
  std::optional<std::uint64_t> content_length() const noexcept;
  bool chunked() const noexcept { return head_.framing().chunked; }

  using message_steps::limit_body;

  /// Starts the next message, after `error` only the first one of another connection.
  void reset() noexcept;
  /// The limits of another connection. Between two messages. @param limits  kept by reference
  void use(const http_limits& limits) noexcept {
    head_.use(limits);
    message_steps::use(limits);
  }
  /// Whether something of a message was consumed, empty lines before it too.
  bool has_begun() const noexcept { return empty_lines_ != 0 || !is_at_head(); }

private:
  parse_step read_head(std::string_view unread);
  void describe_head() noexcept;
  void begin_body() noexcept;

  detail::request_head_parser head_;
  request message_;
  unsigned empty_lines_ = 0;
};

}  // namespace weft::http
