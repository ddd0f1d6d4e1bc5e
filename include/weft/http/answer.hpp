#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/base/error.hpp>
#include <weft/http/field_list.hpp>
#include <weft/http/header_field.hpp>
#include <weft/http/response_parser.hpp>
#include <weft/http/status.hpp>
#include <weft/http/takeover.hpp>
#include <weft/runtime/task.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weft::http {

class client_exchange;

/// Status and headers of an answer that a client has got. It owns them.
class answer_head {
public:
  explicit answer_head(const response_head& seen);

  http_status status() const noexcept { return status_; }
  /// Whether the status is one of success, 2xx.
  bool ok() const noexcept { return static_cast<unsigned>(status_) / 100 == 2; }
  std::string_view reason() const noexcept { return reason_; }
  std::span<const header_field> headers() const noexcept { return fields_.view(); }
  /// The first header of that name, in any case. @return nullopt where there is none
  std::optional<std::string_view> header(std::string_view name) const noexcept {
    return find_header(headers(), name);
  }

  /// Where the answer came from, after redirects.
  std::string_view url() const noexcept { return url_; }
  void set_url(std::string url) noexcept { url_ = std::move(url); }

private:
  http_status status_;
  std::string reason_;
  std::string url_;
  field_list fields_;
};

/// A whole answer.
class answer : public answer_head {
public:
  answer(answer_head head, byte_buffer body, field_list trailers) noexcept
      : answer_head(std::move(head)), body_(std::move(body)), trailers_(std::move(trailers)) {}

  std::string_view body() const noexcept { return body_.view(); }
  /// What came behind a chunked body.
  std::span<const header_field> trailers() const noexcept { return trailers_.view(); }

private:
  byte_buffer body_;
  field_list trailers_;
};

/// An answer whose body is read piece by piece, whatever its size.
///
///     while (auto piece = co_await answer.read()) use(*piece);
///     if (!answer.complete()) ...
///
/// Nothing is read but what read() asks for, beyond one buffer: who reads slowly slows the server
/// down. The connection serves the next request once the end has been read; an object that is
/// destroyed before closes it.
/// Concurrent  one read() at a time
class answer_stream : public answer_head {
public:
  answer_stream(answer_head head, std::unique_ptr<client_exchange> exchange) noexcept;
  answer_stream(answer_stream&&) noexcept;
  answer_stream& operator=(answer_stream&&) noexcept;
  ~answer_stream();

  /// Waits for the next piece of the body.
  /// Cancel   closes the connection; nothing more can be read
  /// @return  at least one byte; valid until the next read()
  /// @errors  condition::eof at the end of a whole body; condition::bad_input where it is cut short
  ///          or its framing is wrong; condition::limit_exceeded where chunk extensions or trailers
  ///          are too long; condition::timed_out; condition::canceled; condition::closed after an
  ///          error; the system's code for a broken connection; where the request is still being
  ///          sent, the error of its body
  /// @throws  what that body throws
  task<result<std::string_view>> read();

  /// Whether all of the body has been read: only then is it what the server sent.
  bool complete() const noexcept;
  /// The announced length of the body; nullopt for chunks and where it ends with the connection.
  std::optional<std::uint64_t> content_length() const noexcept { return content_length_; }
  /// What came behind a chunked body; valid once it is complete, as long as this object.
  std::span<const header_field> trailers() const noexcept;

  /// Whether the connection now speaks the protocol that client::upgrade() asked for, or is a
  /// tunnel: then there is no body.
  bool has_switched() const noexcept;
  /// The connection, which keeps its place among max_connections for as long as it lives, and is
  /// closed with it. No time of the client's holds for it.
  /// @throws std::logic_error unless has_switched(), and a second time
  upgraded_stream take_stream() &&;

  /// Reads the rest and makes it a whole answer.
  /// @param max_bytes  of the body
  /// @errors  as read(), but for eof; condition::limit_exceeded past max_bytes
  task<result<answer>> collect(std::uint64_t max_bytes) &&;

private:
  std::unique_ptr<client_exchange> exchange_;
  std::optional<std::uint64_t> content_length_;
};

}  // namespace weft::http
