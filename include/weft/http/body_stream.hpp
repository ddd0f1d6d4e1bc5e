#pragma once

#include <weft/base/error.hpp>
#include <weft/http/request.hpp>
#include <weft/runtime/task.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace weft {

namespace http {

/// What a body_stream reads from: a connection, or a body that is there whole.
class body_source : public std::enable_shared_from_this<body_source> {
public:
  virtual ~body_source() = default;

  /// As body_stream's members of these names.
  virtual task<result<std::string_view>> read() = 0;
  virtual bool complete() const noexcept = 0;
  virtual std::span<const header_field> trailers() const noexcept = 0;
};

}  // namespace http

/// The body of a request, piece by piece as it arrives, whatever its size.
///
///     std::uint64_t bytes = 0;
///     while (auto piece = co_await body.read()) bytes += piece->size();
///     if (!body.complete()) ...   // the peer went away, or the body broke a rule
///
/// A handler that takes one is called when the head of the request is complete. Nothing is read
/// from the connection but what read() asks for, beyond one buffer: a handler that is slow slows
/// the peer down. "100 Continue" is sent with the first read() that has to wait. A body that broke
/// a rule (its limit, its pace, its framing) gets that rule's answer whatever the handler returns,
/// unless an answer has begun. What a handler leaves unread is dropped where it is at most
/// max_drain_bytes; else the connection ends with the answer.
/// Concurrent  one read() at a time; the object may outlive the request, as one that is closed
/// @example tests/docs/streaming_guide_test.cpp:upload
class body_stream {
public:
  /// The body of this request; an empty one where it has none.
  explicit body_stream(const request& req);

  /// Waits for the next piece.
  /// Cancel  nothing is lost
  /// @return at least one byte; valid until the next read(), at most until the answer is complete
  /// @errors condition::eof at the end of the body; condition::limit_exceeded past max_body_bytes
  ///         or the limits of trailers; condition::timed_out where it came too slowly;
  ///         condition::bad_input for wrong framing; std::errc::connection_reset where the peer has
  ///         gone; condition::closed once the request is answered; condition::canceled
  /// @throws std::logic_error where another read() of this body waits
  task<result<std::string_view>> read();

  /// Whether all of the body has been read: only then is what was read what the peer sent.
  bool complete() const noexcept { return source_ == nullptr || source_->complete(); }
  /// What followed a chunked body, once it is complete; valid as long as this object. They are no
  /// headers: what they say about the request is for those who ask for it.
  std::span<const header_field> trailers() const noexcept;

private:
  std::shared_ptr<http::body_source> source_;  // null: there is no body
};

}  // namespace weft
