#pragma once

#include <weft/http/header_field.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/parse_error.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::detail {

/// Takes the framing off a body: a length, chunks with extensions and trailers, or the end of the
/// connection.
///
/// @source RFC 9112 6 and 7.1
class body_decoder {
public:
  enum class outcome { need_more, data, trailer, end, failed };
  struct step {
    outcome result;
    std::size_t consumed;
  };

  explicit body_decoder(const http_limits& limits) noexcept
      : limits_(&limits), max_body_bytes_(limits.max_body_bytes) {}

  void use(const http_limits& limits) noexcept { limits_ = &limits; }
  void begin_length(std::uint64_t length) noexcept;
  void begin_chunked() noexcept;
  void begin_until_close() noexcept;
  void set_max_bytes(std::uint64_t bytes) noexcept { max_body_bytes_ = bytes; }

  step next(std::string_view unread);
  std::string_view chunk() const noexcept { return chunk_; }
  /// Of the last `trailer`; a view into what was read.
  const header_field& trailer() const noexcept { return trailer_; }
  const http::parse_error& error() const noexcept { return *error_; }

private:
  enum class state : std::uint8_t {
    length_start,
    length,
    until_close,
    chunk_line,
    chunk_bytes,
    chunk_end,
    trailer,
    ended
  };
  enum class progress { advanced, data, trailer, need_more, ended, failed };

  void begin(state first) noexcept;
  progress advance(std::string_view rest, std::size_t& position);
  progress check_length();
  progress read_bytes(std::string_view rest, std::size_t& position, state after);
  progress read_until_close(std::string_view rest, std::size_t& position);
  progress read_chunk_line(std::string_view rest, std::size_t& position);
  progress read_chunk_end(std::string_view rest, std::size_t& position);
  progress read_trailer_line(std::string_view rest, std::size_t& position);
  progress find_line(std::string_view rest, std::size_t max_bytes, std::string_view& text,
                     const http::parse_error& too_long);
  progress fail(const http::parse_error& error) noexcept;

  const http_limits* limits_;
  const http::parse_error* error_ = nullptr;
  std::string_view chunk_;
  header_field trailer_;
  std::uint64_t max_body_bytes_;
  std::uint64_t remaining_ = 0;  // of the length, or of the current chunk
  std::uint64_t received_ = 0;   // announced by the chunks, or come until the close, so far
  std::size_t extension_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
  std::size_t trailer_count_ = 0;
  std::size_t scanned_ = 0;  // of the current line, without finding its end
  state state_ = state::ended;
};

}  // namespace weft::detail
