#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/http/status.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

/// An answer before it is put on the wire.
///
/// The connection adds Date, Server, Content-Length and Connection; what is set here goes out as it
/// stands. Clearing keeps the memory, so one response serves all requests of a connection in turn.
class response {
public:
  response() = default;
  explicit response(http_status status) : status_(status) {}
  response(response&&) noexcept = default;
  response& operator=(response&&) noexcept = default;

  http_status status() const noexcept { return status_; }
  void set_status(http_status status) noexcept { status_ = status; }

  /// The media type of the body; empty sends no Content-Type. A literal: it is not copied.
  std::string_view content_type() const noexcept { return content_type_; }
  void set_content_type(std::string_view literal) noexcept { content_type_ = literal; }

  /// Sets a header, in place of all of the same name (in any case).
  /// @throws std::invalid_argument for a name that is no token, or CR, LF, NUL or control bytes in
  ///         the value: they would split the answer (RFC 9110 5.5)
  void set_header(std::string_view name, std::string_view value);
  /// Adds a header beside those of the same name. @throws as set_header()
  void add_header(std::string_view name, std::string_view value);
  std::optional<std::string_view> header(std::string_view name) const noexcept;

  struct field {
    std::string name;
    std::string value;
  };
  const std::vector<field>& headers() const noexcept { return headers_; }

  /// Where the body is written.
  byte_buffer& body() noexcept { return body_; }
  const byte_buffer& body() const noexcept { return body_; }

  /// Back to an empty 200, with the memory kept.
  void clear() noexcept;

private:
  http_status status_ = http_status::ok;
  std::string_view content_type_;
  std::vector<field> headers_;
  byte_buffer body_;
};

}  // namespace weft
