#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/http/status.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

namespace http {
class body_producer;
class takeover;
}  // namespace http

/// An answer before it is put on the wire.
///
/// The connection adds Date, Server, Content-Length and Connection; what is set here goes out as it
/// stands. Clearing keeps the memory, so one response serves all requests of a connection in turn.
class response {
public:
  response() = default;
  /// @throws as set_status()
  explicit response(http_status status) { set_status(status); }
  response(response&& other) noexcept { *this = std::move(other); }
  response& operator=(response&& other) noexcept;

  http_status status() const noexcept { return status_; }
  /// @throws std::invalid_argument for what is not 200 to 599: a client takes 1xx for a word before
  ///         the answer and would wait for that, and a code has three digits (RFC 9110 15)
  void set_status(http_status status);

  /// The media type of the body; empty sends no Content-Type.
  std::string_view content_type() const noexcept { return content_type_; }
  /// Replaces a Content-Type that set_header() has set, too.
  /// @param literal  not copied, so it outlives the response   @throws as set_header()
  void set_content_type(std::string_view literal);

  /// Sets a header, in place of all of the same name (in any case).
  ///
  /// A Date or Server takes the place of the connection's own.
  /// @throws std::invalid_argument for a name that is no token, or CR, LF, NUL or control bytes in
  ///         the value: they would split the answer (RFC 9110 5.5); also for Content-Length,
  ///         Transfer-Encoding and Connection, which are the connection's to say
  void set_header(std::string_view name, std::string_view value);
  /// Adds a header beside those of the same name. @throws as set_header()
  void add_header(std::string_view name, std::string_view value);
  std::optional<std::string_view> header(std::string_view name) const noexcept;
  /// Takes all headers of that name away, in any case. A Content-Type too.
  void remove_header(std::string_view name) noexcept;

  struct field {
    std::string name;
    std::string value;
  };
  /// All but a Content-Type from set_content_type(), in the order they were added.
  std::span<const field> headers() const noexcept { return {fields_.data(), field_count_}; }

  /// Where the body is written.
  byte_buffer& body() noexcept { return body_; }
  const byte_buffer& body() const noexcept { return body_; }

  /// Has the body written by a producer, after the head, instead of taking it from body().
  /// @param length  of the whole body; where it is not known the body is sent in chunks, to an
  ///                HTTP/1.0 client until the connection closes
  void set_producer(std::shared_ptr<http::body_producer> producer,
                    std::optional<std::uint64_t> length = std::nullopt) noexcept;
  /// @return null where the body is body()
  http::body_producer* producer() const noexcept { return producer_.get(); }
  std::optional<std::uint64_t> produced_length() const noexcept { return produced_length_; }

  /// Makes this a 101 after which the connection is the takeover's. Where the request was no
  /// HTTP/1.1 request with an Upgrade field, it is answered with 500 instead.
  /// @param protocol  for the Upgrade field: "websocket"   @throws as set_header()
  void set_takeover(std::string_view protocol, std::shared_ptr<http::takeover> next);
  /// @return null where the connection stays with HTTP
  const std::shared_ptr<http::takeover>& takeover() const noexcept { return takeover_; }

  /// Back to an empty 200, with the memory kept.
  void clear() noexcept;

private:
  /// @return field_count_ where there is none
  std::size_t find(std::string_view name, std::size_t from) const noexcept;
  void remove(std::string_view name, std::size_t from) noexcept;

  http_status status_ = http_status::ok;
  std::string_view content_type_;
  std::vector<field> fields_;  // those from field_count_ on are kept for their memory
  std::size_t field_count_ = 0;
  byte_buffer body_;
  std::shared_ptr<http::body_producer> producer_;
  std::optional<std::uint64_t> produced_length_;  // of what producer_ writes
  std::shared_ptr<http::takeover> takeover_;
};

}  // namespace weft
