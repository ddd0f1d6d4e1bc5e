#pragma once

#include <weft/base/error.hpp>
#include <weft/http/field_list.hpp>
#include <weft/http/header_field.hpp>
#include <weft/http/method.hpp>
#include <weft/runtime/task.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::http {

/// A request body that is made while it is sent. The client pulls a piece when the one before is on
/// its way, so a server that reads slowly slows the maker down.
class outgoing_body {
public:
  virtual ~outgoing_body() = default;

  /// The next piece; valid until the next read().
  /// Cancel  has to end it. What goes on for a while after its request was cancelled, or ran out of
  ///         time, is left behind: the connection is cut, and keeps its place until this has ended
  /// @errors condition::eof behind the last one; any other error gives the request up: the server
  ///         sees it cut short, and who sent it gets the error
  virtual task<result<std::string_view>> read() = 0;
  /// Asked for once, behind the last piece; not sent where the length was announced.
  virtual std::span<const header_field> trailers() const { return {}; }
};

/// A request to be sent by a client.
///
/// What could split it or overrule its framing cannot be set: such a call throws.
class client_request {
public:
  /// @param url  "http://host[:port]/path?query", checked when the request is sent
  /// @throws std::invalid_argument for CONNECT, and for `other`, which has no name
  client_request(http_method method, std::string url);
  /// For methods without a name of their own. @throws std::invalid_argument for what is no token
  client_request(std::string_view method, std::string url);

  http_method method() const noexcept { return method_; }
  std::string_view method_name() const noexcept { return method_name_; }
  const std::string& url() const noexcept { return url_; }

  /// Sets a header, in place of all of the same name (in any case).
  /// @throws std::invalid_argument for a name that is no token, for control bytes in the value, and
  ///         for what the client sets itself: Host, Content-Length, Transfer-Encoding, Connection,
  ///         Expect, TE, Trailer, Upgrade and their kin
  void set_header(std::string_view name, std::string_view value);
  /// Adds a header beside those of the same name. @throws as set_header()
  void add_header(std::string_view name, std::string_view value);
  std::optional<std::string_view> header(std::string_view name) const noexcept;

  struct field {
    std::string name;
    std::string value;
  };
  std::span<const field> headers() const noexcept { return fields_; }

  void set_body(std::string body);
  /// @throws std::invalid_argument for control bytes in the media type
  void set_body(std::string body, std::string_view content_type);
  /// @param length  announced, and held: nothing is sent past it, and less is an error. Without it
  ///                the body goes out in chunks
  void set_body(std::shared_ptr<outgoing_body> body,
                std::optional<std::uint64_t> length = std::nullopt);
  std::string_view body() const noexcept { return body_ ? std::string_view(*body_) : ""; }
  /// The same, for who keeps it longer than the request. @return null where there is none
  const std::shared_ptr<const std::string>& shared_body() const noexcept { return body_; }
  const std::shared_ptr<outgoing_body>& streamed_body() const noexcept { return streamed_; }
  std::optional<std::uint64_t> body_length() const noexcept;
  bool has_body() const noexcept { return streamed_ != nullptr || !body().empty(); }

  /// Asks the server before the body is sent, and waits for its word or continue_timeout: for a
  /// large body that may well be refused. Does nothing without a body.
  void expect_continue() noexcept { expects_continue_ = true; }
  bool expects_continue() const noexcept { return expects_continue_ && has_body(); }

  // For redirects.
  void set_url(std::string url) noexcept { url_ = std::move(url); }
  /// As GET, without the body and the headers that describe it.
  void become_get();
  void remove_header(std::string_view name) noexcept;

private:
  http_method method_;
  bool expects_continue_ = false;
  std::string method_name_;
  std::string url_;
  std::vector<field> fields_;
  std::shared_ptr<const std::string> body_;
  std::shared_ptr<outgoing_body> streamed_;
  std::optional<std::uint64_t> streamed_length_;
};

}  // namespace weft::http
