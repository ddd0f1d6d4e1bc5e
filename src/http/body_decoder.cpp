#include <weft/http/detail/body_decoder.hpp>

#include "char_class.hpp"
#include "chunk_line.hpp"
#include "field_line.hpp"
#include "line_end.hpp"
#include "parse_errors.hpp"
#include "scan.hpp"

#include <algorithm>

namespace weft::detail {

using http::parse_error;

void body_decoder::begin_length(std::uint64_t length) noexcept {
  begin(state::length_start);
  remaining_ = length;
}

void body_decoder::begin_chunked() noexcept { begin(state::chunk_line); }

void body_decoder::begin_until_close() noexcept { begin(state::until_close); }

void body_decoder::begin(state first) noexcept {
  state_ = first;
  max_body_bytes_ = limits_->max_body_bytes;
  remaining_ = received_ = 0;
  extension_bytes_ = trailer_bytes_ = trailer_count_ = scanned_ = 0;
}

body_decoder::step body_decoder::next(std::string_view unread) {
  std::size_t position = 0;
  for (;;) {
    const auto rest = unread.substr(position);
    switch (advance(rest, position)) {
      case progress::advanced: break;
      case progress::data: return {outcome::data, position};
      case progress::trailer: return {outcome::trailer, position};
      case progress::need_more: return {outcome::need_more, position};
      case progress::ended: return {outcome::end, position};
      case progress::failed: return {outcome::failed, position};
    }
  }
}

body_decoder::progress body_decoder::advance(std::string_view rest, std::size_t& position) {
  switch (state_) {
    case state::length_start: return check_length();
    case state::length: return read_bytes(rest, position, state::ended);
    case state::until_close: return read_until_close(rest, position);
    case state::chunk_line: return read_chunk_line(rest, position);
    case state::chunk_bytes: return read_bytes(rest, position, state::chunk_end);
    case state::chunk_end: return read_chunk_end(rest, position);
    case state::trailer: return read_trailer_line(rest, position);
    case state::ended: break;
  }
  return progress::ended;
}

// A step of its own, not a part of begin_length(): a route may raise the limit in between.
body_decoder::progress body_decoder::check_length() {
  if (remaining_ > max_body_bytes_) return fail(errors::body_too_large);
  state_ = remaining_ == 0 ? state::ended : state::length;
  return progress::advanced;
}

body_decoder::progress body_decoder::read_bytes(std::string_view rest, std::size_t& position,
                                                state after) {
  if (rest.empty()) return progress::need_more;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, rest.size()));
  chunk_ = rest.substr(0, size);
  position += size;
  remaining_ -= size;
  if (remaining_ == 0) state_ = after;
  return progress::data;
}

// Up to the limit first, so that what is told does not depend on how the bytes arrive.
body_decoder::progress body_decoder::read_until_close(std::string_view rest,
                                                      std::size_t& position) {
  if (rest.empty()) return progress::need_more;
  if (received_ >= max_body_bytes_) return fail(errors::body_too_large);
  const auto left = max_body_bytes_ - received_;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, rest.size()));
  chunk_ = rest.substr(0, size);
  position += size;
  received_ += size;
  return progress::data;
}

body_decoder::progress body_decoder::read_chunk_line(std::string_view rest, std::size_t& position) {
  if (exceeds_chunk_size_digits(rest)) return fail(errors::bad_chunk_size);
  std::string_view text;
  const auto max_bytes = max_chunk_size_digits + limits_->max_chunk_extension_bytes;
  const auto found = find_line(rest, max_bytes, text, errors::chunk_extension_too_large);
  if (found != progress::advanced) return found;

  chunk_line line;
  if (const auto* error = detail::read_chunk_line(text, line)) return fail(*error);
  if (line.extension_bytes > limits_->max_chunk_extension_bytes)
    return fail(errors::chunk_extension_too_large);
  extension_bytes_ += line.extension_bytes;
  if (extension_bytes_ > limits_->max_chunk_extensions_bytes)
    return fail(errors::chunk_extensions_too_large);
  if (received_ > max_body_bytes_ || line.size > max_body_bytes_ - received_)
    return fail(errors::body_too_large);

  received_ += line.size;
  remaining_ = line.size;
  state_ = line.size == 0 ? state::trailer : state::chunk_bytes;
  position += text.size() + 2;
  return progress::advanced;
}

body_decoder::progress body_decoder::read_chunk_end(std::string_view rest, std::size_t& position) {
  const auto present = rest.substr(0, 2);
  if (!std::string_view{"\r\n"}.starts_with(present)) return fail(errors::bad_chunk_end);
  if (present.size() < 2) return progress::need_more;
  position += 2;
  state_ = state::chunk_line;
  return progress::advanced;
}

body_decoder::progress body_decoder::read_trailer_line(std::string_view rest,
                                                       std::size_t& position) {
  std::string_view text;
  const auto left = limits_->max_header_bytes - trailer_bytes_;
  const auto found = find_line(rest, left < 2 ? 0 : left - 2, text, errors::trailers_too_large);
  if (found != progress::advanced) return found;
  position += text.size() + 2;
  if (text.empty()) {
    state_ = state::ended;
    return progress::advanced;
  }
  const char* const end = text.data() + text.size();
  const char* const colon = scan::skip_token(text.data(), end);
  if (colon == text.data() || colon == end || *colon != ':')
    return fail(bad_field_start(text.data()));
  if (++trailer_count_ > limits_->max_header_count) return fail(errors::too_many_trailers);
  trailer_bytes_ += text.size() + 2;
  const auto name = static_cast<std::size_t>(colon - text.data());
  trailer_ = {text.substr(0, name), trim(text.substr(name + 1))};
  return progress::trailer;
}

/// Finds the line at the start of `rest`, without going twice over what held no line end.
///
/// @param text  the line without its end, where the result is `advanced`
body_decoder::progress body_decoder::find_line(std::string_view rest, std::size_t max_bytes,
                                               std::string_view& text,
                                               const parse_error& too_long) {
  const char* const begin = rest.data();
  const char* const end = begin + rest.size();
  const char* const stop = rest.size() > max_bytes ? begin + max_bytes + 1 : end;
  const char* const eol = scan::find_control(begin + scanned_, stop);
  const auto size = static_cast<std::size_t>(eol - begin);
  if (eol == stop && size > max_bytes) return fail(too_long);
  const bool cut = eol == stop || (*eol == '\r' && end - eol < 2);
  if (cut) {
    scanned_ = size;
    return progress::need_more;
  }
  if (!is_line_end(eol, end)) return fail(*broken_line_end(eol, end));
  scanned_ = 0;
  text = {begin, size};
  return progress::advanced;
}

body_decoder::progress body_decoder::fail(const parse_error& error) noexcept {
  error_ = &error;
  return progress::failed;
}

}  // namespace weft::detail
