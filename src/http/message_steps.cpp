#include <weft/http/detail/message_steps.hpp>

namespace weft::detail {

using http::parse_event;
using http::parse_step;

void message_steps::begin_length(std::uint64_t length) noexcept {
  state_ = length != 0 ? state::body : state::done;
  if (length != 0) body_.begin_length(length);
}

void message_steps::begin_chunked() noexcept {
  state_ = state::body;
  body_.begin_chunked();
}

void message_steps::begin_until_close() noexcept {
  state_ = state::body;
  body_.begin_until_close();
}

parse_step message_steps::go_on(std::string_view unread) {
  using outcome = body_decoder::outcome;
  if (state_ == state::done) return {parse_event::done, 0};
  if (state_ == state::failed) return {parse_event::error, 0};
  const auto step = body_.next(unread);
  switch (step.result) {
    case outcome::need_more: return {parse_event::need_more, step.consumed};
    case outcome::data: return {parse_event::body, step.consumed};
    case outcome::trailer: return {parse_event::trailer, step.consumed};
    case outcome::failed: return fail(body_.error());
    case outcome::end: break;
  }
  state_ = state::done;
  return {parse_event::done, step.consumed};
}

parse_step message_steps::finish() noexcept {
  state_ = state::done;
  return {parse_event::done, 0};
}

parse_step message_steps::fail(const http::parse_error& error) noexcept {
  error_ = &error;
  state_ = state::failed;
  return {parse_event::error, 0};
}

}  // namespace weft::detail
