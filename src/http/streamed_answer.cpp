#include "streamed_answer.hpp"

#include "field_rules.hpp"

#include <charconv>

namespace weft::http {
namespace {

// Of one send: with its framing it leaves a buffer of 64 KiB, which a work area keeps.
constexpr std::size_t most_piece_bytes = 32 * 1024;

bool has_produced_body(const response& answer, const response_context& context) noexcept {
  return weft::has_body(answer.status()) && answer.status() != http_status::reset_content &&
         context.method != http_method::head;
}

body_framing framing_of(const response& answer, const response_context& context) noexcept {
  // RFC 9110 15.3.6: 205 has a length, which is 0.
  if (answer.status() == http_status::reset_content) return {body_framing::kind::length, 0};
  if (const auto length = answer.produced_length()) return {body_framing::kind::length, *length};
  return {context.minor_version == 0 ? body_framing::kind::close : body_framing::kind::chunked, 0};
}

response_context closing_if(bool closes, response_context context) noexcept {
  context.keep_alive = context.keep_alive && !closes;
  return context;
}

void put_chunk_size(byte_buffer& out, std::uint64_t size) {
  constexpr std::size_t most_digits = 16;
  char* const at = out.prepare(most_digits);
  out.commit(static_cast<std::size_t>(std::to_chars(at, at + most_digits, size, 16).ptr - at));
  out.append("\r\n");
}

}  // namespace

streamed_answer::streamed_answer(wire& w, const response& answer, const response_context& context)
    : wire_(w),
      answer_(answer),
      has_body_(has_produced_body(answer, context)),
      framing_(framing_of(answer, context)),
      context_(closing_if(ends_with_connection(), context)),
      left_(has_body_ ? framing_.length : 0) {}

void streamed_answer::begin() {
  if (wire_.answer_begun()) return;
  write_head(wire_.out(), answer_, context_, framing_);
  wire_.set_answer_begun(true);
}

/// @return false where that is more than was announced
bool streamed_answer::count(std::uint64_t bytes) noexcept {
  if (framing_.how != body_framing::kind::length) return true;
  if (bytes > left_) return false;
  left_ -= bytes;
  return true;
}

result<void> streamed_answer::keep(result<void> sent) noexcept {
  if (!sent) error_ = sent.error();
  return sent;
}

task<result<void>> streamed_answer::write(std::string_view bytes) {
  const auto held = co_await wire_.sending().lock();
  if (error_) co_return make_error_code(condition::closed);
  begin();
  if (!count(bytes.size())) co_return keep(make_error_code(condition::limit_exceeded));
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, most_piece_bytes);
    const auto sent = co_await send_piece(piece);
    if (!sent) co_return keep(sent);
    bytes.remove_prefix(piece.size());
  }
  co_return result<void>();
}

task<result<void>> streamed_answer::send_piece(std::string_view piece) {
  byte_buffer& out = wire_.out();
  if (framing_.how != body_framing::kind::chunked) {
    if (out.empty()) return wire_.write(piece);
    out.append(piece);
  } else {
    put_chunk_size(out, piece.size());
    out.append(piece);
    out.append("\r\n");
  }
  return wire_.flush();
}

// In one chunk, where it needs any: its length is known.
task<result<void>> streamed_answer::write_file(const file& from, std::uint64_t offset,
                                               std::uint64_t length) {
  const auto held = co_await wire_.sending().lock();
  if (error_) co_return make_error_code(condition::closed);
  begin();
  if (!count(length)) co_return keep(make_error_code(condition::limit_exceeded));
  if (length == 0) co_return result<void>();
  const bool chunked = framing_.how == body_framing::kind::chunked;
  if (chunked) put_chunk_size(wire_.out(), length);
  if (wire_.has_unsent()) {
    const auto flushed = co_await wire_.flush();
    if (!flushed) co_return keep(flushed);
  }
  const auto sent = co_await wire_.send_file(from, offset, length);
  if (sent && chunked) wire_.out().append("\r\n");
  co_return keep(sent);
}

task<result<void>> streamed_answer::flush() {
  const auto held = co_await wire_.sending().lock();
  if (error_) co_return make_error_code(condition::closed);
  begin();
  if (!wire_.has_unsent()) co_return result<void>();
  const auto sent = co_await wire_.flush();
  co_return keep(sent);
}

void streamed_answer::add_trailer(std::string_view name, std::string_view value) {
  detail::check_field_name(name);
  detail::check_field_value(value);
  trailers_.add(name, value);
}

bool streamed_answer::finish() {
  if (error_ || left_ != 0) return false;
  begin();
  if (!has_body_ || framing_.how != body_framing::kind::chunked) return true;
  byte_buffer& out = wire_.out();
  out.append("0\r\n");
  for (const auto& [name, value] : trailers_.view()) {
    out.append(name);
    out.append(": ");
    out.append(value);
    out.append("\r\n");
  }
  out.append("\r\n");
  return true;
}

}  // namespace weft::http
