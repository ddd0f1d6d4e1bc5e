#pragma once

#include <weft/http/header_field.hpp>
#include <weft/http/method.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace weft {

namespace http {
class exchange;
}

/// A parsed request. All views point into the connection's buffers and live until the handler has
/// ended; extractors by value are what outlives it.
///
/// @source RFC 9112 3, RFC 9110 5
class request {
public:
  http_method method() const noexcept { return method_; }
  /// The method as it was sent, for methods without a name of their own.
  std::string_view method_name() const noexcept { return method_name_; }
  /// The request target as it was sent, for example "/items/7?m=2".
  std::string_view target() const noexcept { return target_; }
  /// The target's path, still percent-encoded: "/items/7".
  std::string_view path() const noexcept { return path_; }
  /// What follows '?', still percent-encoded, without the '?': "m=2".
  std::string_view query() const noexcept { return query_; }
  /// The host the request is for: the Host header, or the authority of an absolute-form target.
  std::string_view host() const noexcept { return host_; }
  /// 0 or 1, of HTTP/1.0 and HTTP/1.1.
  int minor_version() const noexcept { return minor_version_; }
  bool keep_alive() const noexcept { return keep_alive_; }

  /// A Host beside an absolute-form target has the value of host(), whatever was sent.
  std::span<const header_field> headers() const noexcept { return headers_; }
  /// The first header of that name, in any case. @return nullopt where there is none
  std::optional<std::string_view> header(std::string_view name) const noexcept {
    return find_header(headers_, name);
  }

  /// Empty where the handler reads it piece by piece: then it comes by body_stream.
  std::string_view body() const noexcept { return body_; }
  /// What followed a chunked body; no headers. As body().
  std::span<const header_field> trailers() const noexcept { return trailers_; }
  /// The connection's side of this request. @return null where it came on none, as in a test
  http::exchange* exchange() const noexcept { return exchange_; }

  void set_method(http_method method, std::string_view name) noexcept {
    method_ = method;
    method_name_ = name;
  }
  void set_target(std::string_view target, std::string_view path, std::string_view query) noexcept {
    target_ = target;
    path_ = path;
    query_ = query;
  }
  void set_host(std::string_view host) noexcept { host_ = host; }
  void set_version(int minor, bool keep_alive) noexcept {
    minor_version_ = minor;
    keep_alive_ = keep_alive;
  }
  void set_headers(std::span<const header_field> headers) noexcept { headers_ = headers; }
  void set_body(std::string_view body) noexcept { body_ = body; }
  void set_trailers(std::span<const header_field> trailers) noexcept { trailers_ = trailers; }
  void set_exchange(http::exchange* exchange) noexcept { exchange_ = exchange; }

private:
  http_method method_ = http_method::get;
  int minor_version_ = 1;
  bool keep_alive_ = true;
  std::string_view method_name_;
  std::string_view target_;
  std::string_view path_;
  std::string_view query_;
  std::string_view host_;
  std::span<const header_field> headers_;
  std::string_view body_;
  std::span<const header_field> trailers_;
  http::exchange* exchange_ = nullptr;
};

}  // namespace weft
