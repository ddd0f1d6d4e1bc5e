#pragma once

#include <weft/http/detail/head_parser.hpp>
#include <weft/http/detail/message_steps.hpp>
#include <weft/http/header_field.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/method.hpp>
#include <weft/http/parse_error.hpp>
#include <weft/http/parse_event.hpp>
#include <weft/http/status.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace weft::http {

/// The head of an answer as it came: views into the receive buffer.
struct response_head {
  http_status status{};  ///< 100 to 599, also where no name is registered
  int minor_version = 1;
  std::string_view reason;
  std::span<const header_field> headers;

  std::optional<std::string_view> header(std::string_view name) const noexcept {
    return find_header(headers, name);
  }
};

/// Turns the bytes of a connection into the answer to one request after another. Does no I/O and
/// holds no bytes; the counterpart of request_parser, made of the same parts.
///
/// As strict as that: what two readers could read in two ways is an error. However the input is cut
/// into calls, the events are the same, with body chunks joined.
///
///     need_more* head (need_more | body)* (need_more | trailer)* done  |  ... error, for good
///
/// Interim answers (1xx) are skipped, 16 at most; 101 is told as an answer without a body, and what
/// follows it is not HTTP. Where an answer has no length its body ends with the connection:
/// finish() tells.
/// Cost: no allocation once an answer with as many headers was seen.
/// @source RFC 9112 4, 6.3 and 9.3; RFC 9110 15
/// @example tests/unit/http/response_parser_test.cpp:loop
class response_parser : private detail::message_steps {
public:
  /// @param limits  kept by reference; max_request_line_bytes bounds the status line
  explicit response_parser(const http_limits& limits) : message_steps(limits), head_(limits) {}
  response_parser(const http_limits&&) = delete;
  response_parser(const response_parser&) = delete;
  response_parser& operator=(const response_parser&) = delete;

  /// One step through the bytes that were not consumed so far.
  ///
  /// Until `head` was returned, the bytes may move between two calls as long as they stay the same;
  /// from then on the head's bytes stay where they are for as long as message() is used.
  /// @param unread  everything after the last `consumed`; may be empty
  parse_step next(std::string_view unread);
  /// The peer has finished, and next() has wanted more of what came before.
  /// @return done where that is how the answer ends, else an error
  parse_step finish() noexcept;

  /// Valid after `head`.
  const response_head& message() const noexcept { return message_; }
  using message_steps::body_chunk;
  using message_steps::error;
  using message_steps::trailer;

  /// Whether 100 Continue has come: the body of the request may be sent.
  bool told_to_continue() const noexcept { return told_to_continue_; }
  /// Whether another answer can follow on this connection; valid after `head`.
  bool keep_alive() const noexcept;
  /// Whether the connection speaks no HTTP from here on: after a 101, and a success for CONNECT.
  /// Valid after `head`.
  bool is_tunnel() const noexcept { return framing_ == framing::tunnel; }
  /// The announced length of the body that follows; nullopt for a chunked one and one that ends
  /// with the connection. Valid after `head`.
  std::optional<std::uint64_t> content_length() const noexcept;

  using message_steps::limit_body;

  /// Starts the next answer, after `error` only the first one of another connection.
  /// @param asked  the method of its request, which decides whether a body follows
  void reset(http_method asked = http_method::get) noexcept;

private:
  enum class framing : std::uint8_t { none, length, chunked, until_close, tunnel };

  parse_step read_head(std::string_view unread);
  bool skip_interim() noexcept;
  framing framing_of_body() const noexcept;
  void begin_body() noexcept;

  detail::answer_head_parser head_;
  response_head message_;
  unsigned interim_answers_ = 0;
  http_method asked_ = http_method::get;
  framing framing_ = framing::none;
  bool told_to_continue_ = false;
};

}  // namespace weft::http
