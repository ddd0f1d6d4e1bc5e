#include "web/multipart_reader.hpp"

#include "web/media_type.hpp"

#include <utility>

namespace weft::detail {

task<result<part_head>> multipart_reader::next_part() {
  for (;;) {
    const auto event = co_await advance();
    if (!event) co_return event.error();
    in_part_ = *event == multipart_event::part || (in_part_ && *event == multipart_event::data);
    if (*event != multipart_event::part) continue;
    ++number_;
    co_return std::move(parser_.head());
  }
}

task<result<std::string_view>> multipart_reader::read(std::size_t part) {
  if (part != number_) co_return make_error_code(condition::closed);
  if (!in_part_) co_return make_error_code(condition::eof);
  const auto event = co_await advance();
  if (!event) co_return event.error();
  in_part_ = *event == multipart_event::data;
  if (!in_part_) co_return make_error_code(condition::eof);
  co_return parser_.data();
}

task<result<multipart_event>> multipart_reader::advance() {
  while (!end_) {
    const auto step = parser_.next(unread_);
    unread_.remove_prefix(step.consumed);
    if (step.event == multipart_event::error)
      co_return refuse(parser_.error().status, parser_.error().text);
    if (step.event != multipart_event::need_more) co_return step.event;
    const auto piece = co_await body_.read();
    if (piece) {
      unread_ = *piece;
    } else if (piece.error() == condition::canceled) {
      co_return piece.error();  // the next call goes on
    } else if (piece.error() != condition::eof) {
      end_ = piece.error();
    } else if (parser_.finish()) {
      complete_ = true;
      end_ = piece.error();
    } else {
      co_return refuse(parser_.error().status, parser_.error().text);
    }
  }
  co_return end_;
}

std::error_code multipart_reader::refuse(http_status status, std::string text) {
  const bool is_too_much = status == http_status::content_too_large;
  answer_->set(status, std::move(text));
  end_ = make_error_code(is_too_much ? condition::limit_exceeded : condition::bad_input);
  return end_;
}

std::optional<std::string> require_boundary(context& ctx) {
  const auto content_type = ctx.request().header("Content-Type");
  if (!content_type || !is_media_type(*content_type, "multipart/form-data")) {
    ctx.reject(http_status::unsupported_media_type,
               std::string("The body must be a form: multipart/form-data."));
    return std::nullopt;
  }
  auto boundary = boundary_of(*content_type);
  if (!boundary)
    ctx.reject(http_status::bad_request, std::string("The Content-Type names no good boundary."));
  return boundary;
}

}  // namespace weft::detail
