#pragma once

#include <weft/http/detail/body_decoder.hpp>
#include <weft/http/header_field.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/parse_error.hpp>
#include <weft/http/parse_event.hpp>

#include <cstdint>
#include <string_view>

namespace weft::detail {

/// What the parsers of requests and of answers have in common: the steps behind the head, and that
/// an error is for good.
class message_steps {
public:
  std::string_view body_chunk() const noexcept { return body_.chunk(); }
  /// Trailers are told apart from headers: merged into them they could say what those said
  /// otherwise.
  const header_field& trailer() const noexcept { return body_.trailer(); }
  const http::parse_error& error() const noexcept { return *error_; }

  /// Another body limit for this message only, to be set between `head` and the next step.
  void limit_body(std::uint64_t bytes) noexcept { body_.set_max_bytes(bytes); }

protected:
  explicit message_steps(const http_limits& limits) noexcept : body_(limits) {}
  ~message_steps() = default;

  void use(const http_limits& limits) noexcept { body_.use(limits); }
  void restart() noexcept {
    error_ = nullptr;
    state_ = state::head;
  }

  bool is_at_head() const noexcept { return state_ == state::head; }
  bool is_in_body() const noexcept { return state_ == state::body; }
  bool is_done() const noexcept { return state_ == state::done; }
  bool has_failed() const noexcept { return state_ == state::failed; }

  // The head has ended, with one of these.
  void begin_length(std::uint64_t length) noexcept;  // 0: no body follows
  void begin_chunked() noexcept;
  void begin_until_close() noexcept;

  /// One step through what follows the head.
  http::parse_step go_on(std::string_view unread);
  http::parse_step finish() noexcept;
  http::parse_step fail(const http::parse_error& error) noexcept;

private:
  enum class state : std::uint8_t { head, body, done, failed };

  body_decoder body_;
  const http::parse_error* error_ = nullptr;
  state state_ = state::head;
};

}  // namespace weft::detail
