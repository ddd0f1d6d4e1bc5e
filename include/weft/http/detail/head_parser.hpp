#pragma once

#include <weft/http/header_field.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/method.hpp>
#include <weft/http/parse_error.hpp>
#include <weft/http/status.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
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

/// The status line, split and checked.
struct status_line {
  http_status status{};
  int minor_version = 1;
  std::string_view reason;
};

/// What the fields that rule the connection and the framing have said so far.
struct head_framing {
  std::string_view host;  // this, has_host and expects_continue: of a request only
  std::uint64_t content_length = 0;
  bool has_host = false;
  bool has_content_length = false;
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;
  bool expects_continue = false;

  /// @source RFC 9112 9.3
  bool keeps_alive(int minor_version) const noexcept {
    return !close && (minor_version != 0 || keep_alive);
  }
};

/// The last Host that was found to be one: nearly all requests to a server name the same.
class known_host {
public:
  bool is(std::string_view host) const noexcept {
    return size_ != 0 && host == std::string_view(text_.data(), size_);
  }
  void set(std::string_view host) noexcept {
    if (host.size() <= text_.size()) size_ = host.copy(text_.data(), host.size());
  }

private:
  std::array<char, 56> text_;
  std::size_t size_ = 0;
};

/// What a parser keeps from head to head.
template <class FirstLine>
struct head_memory {};
template <>
struct head_memory<request_line> {
  known_host host;
};

/// Reads the first line of a message and the header block.
///
/// A line is looked at when its end has arrived, or when it contains a byte that no line may
/// contain, or when it is longer than its limit. Each of these is a property of a prefix of the
/// input, so the way the input was cut into reads changes nothing.
///
/// Requests and answers differ in their first line and in the fields that rule them; what differs
/// is chosen by that line's type, at compile time.
/// @tparam FirstLine  request_line or status_line; head_parser.cpp has the code for these two
template <class FirstLine>
class head_parser {
public:
  enum class outcome { need_more, complete, failed };

  explicit head_parser(const http_limits& limits) noexcept : limits_(&limits) {}

  /// Other limits, from the next reset() on.
  void use(const http_limits& limits) noexcept;

  /// @param unread  the head from its first byte on; bytes seen before have not changed, though
  ///                they may have moved
  outcome parse(std::string_view unread);

  /// Bytes of the whole head, its empty line too, once it is complete.
  std::size_t size() const noexcept { return static_cast<std::size_t>(line_ - base_); }
  const http::parse_error& error() const noexcept { return *error_; }
  const FirstLine& line() const noexcept { return first_line_; }
  const head_framing& framing() const noexcept { return framing_; }
  std::span<const header_field> fields() const noexcept { return {fields_.data(), next_field_}; }
  void reset() noexcept;

private:
  enum class line_end { found, missing, bad };

  void restart(const char* base) noexcept;
  outcome parse_first_line(const char* end);
  outcome parse_fields(const char* end);
  outcome parse_empty_line(const char* end);
  outcome broken_field_line(const char* stop, const char* end, const char* eol);
  bool grow_fields();
  outcome wait(const char* scanned) noexcept;
  outcome fail(const http::parse_error& error) noexcept;

  const http_limits* limits_;
  const http::parse_error* error_ = nullptr;
  const char* base_ = nullptr;     // where the head began in the last call
  const char* line_ = nullptr;     // the line that is read next
  const char* scanned_ = nullptr;  // no line end lies between line_ and this
  const char* block_ = nullptr;    // the header block; null: the first line is not read yet
  std::vector<header_field> fields_;
  header_field* next_field_ = nullptr;  // where the next one goes
  header_field* fields_end_ = nullptr;
  FirstLine first_line_;
  head_framing framing_;
  [[no_unique_address]] head_memory<FirstLine> memory_;
};

using request_head_parser = head_parser<request_line>;
using answer_head_parser = head_parser<status_line>;
extern template class head_parser<request_line>;
extern template class head_parser<status_line>;

}  // namespace weft::detail
