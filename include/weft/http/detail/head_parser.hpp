#pragma once

#include <weft/http/limits.hpp>
#include <weft/http/parse_error.hpp>
#include <weft/http/request.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weft::detail {

/// The request line, split and checked.
struct request_line {
  http_method method = http_method::other;
  int minor_version = 1;
  std::string_view method_name;
  std::string_view target;
  std::string_view path;
  std::string_view query;
  std::string_view authority;  ///< of an absolute-form target, else empty
};

/// What the fields that rule the connection and the framing have said so far.
struct head_framing {
  std::string_view host;
  std::uint64_t content_length = 0;
  bool has_host = false;
  bool has_content_length = false;
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;
  bool expects_continue = false;
};

/// Reads the request line and the header block.
///
/// A line is looked at when its end has arrived, or when it contains a byte that no line may
/// contain, or when it is longer than its limit. Each of these is a property of a prefix of the
/// input, so the way the input was cut into reads changes nothing.
class head_parser {
public:
  enum class outcome { need_more, complete, failed };

  explicit head_parser(const http_limits& limits) noexcept : limits_(&limits) {}

  /// @param unread  the head from its first byte on; bytes seen before have not changed, though
  ///                they may have moved
  outcome parse(std::string_view unread);

  /// Bytes of the whole head, its empty line too, once it is complete.
  std::size_t size() const noexcept { return static_cast<std::size_t>(line_ - base_); }
  const http::parse_error& error() const noexcept { return *error_; }
  const request_line& line() const noexcept { return request_line_; }
  const head_framing& framing() const noexcept { return framing_; }
  void describe(request& message) const noexcept;
  void reset() noexcept;

private:
  enum class line_end { found, missing, bad };

  void restart(const char* base) noexcept;
  outcome parse_request_line(const char* end);
  outcome parse_fields(const char* end);
  outcome parse_empty_line(const char* end);
  outcome broken_field_line(const char* stop, const char* end, const char* eol);
  outcome complete();
  bool grow_fields();
  outcome wait(const char* scanned) noexcept;
  outcome fail(const http::parse_error& error) noexcept;

  const http_limits* limits_;
  const http::parse_error* error_ = nullptr;
  const char* base_ = nullptr;     // where the head began in the last call
  const char* line_ = nullptr;     // the line that is read next
  const char* scanned_ = nullptr;  // no line end lies between line_ and this
  const char* block_ = nullptr;    // the header block; null: the request line is not read yet
  std::vector<header_field> fields_;
  header_field* next_field_ = nullptr;  // where the next one goes
  header_field* fields_end_ = nullptr;
  request_line request_line_;
  head_framing framing_;
};

}  // namespace weft::detail
