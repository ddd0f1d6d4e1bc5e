#include <weft/http/response_parser.hpp>

#include "parse_errors.hpp"

namespace weft::http {

namespace errors = detail::errors;

namespace {

// RFC 9110 15.2 sets no limit. An endless stream of them would hold a client for ever.
constexpr unsigned max_interim_answers = 16;

bool is_interim(http_status status) noexcept {
  return static_cast<unsigned>(status) < 200 && status != http_status::switching_protocols;
}

bool is_success(http_status status) noexcept { return static_cast<unsigned>(status) / 100 == 2; }

}  // namespace

parse_step response_parser::next(std::string_view unread) {
  return is_at_head() ? read_head(unread) : go_on(unread);
}

parse_step response_parser::read_head(std::string_view unread) {
  using outcome = detail::answer_head_parser::outcome;
  std::size_t skipped = 0;
  for (;;) {
    const auto result = head_.parse(unread);
    if (result == outcome::failed) return fail(head_.error());
    if (result == outcome::need_more) return {parse_event::need_more, skipped};
    if (!is_interim(head_.line().status)) break;
    const std::size_t size = head_.size();
    if (!skip_interim()) return fail(errors::too_many_interim);
    unread.remove_prefix(size);
    skipped += size;
  }
  const auto& line = head_.line();
  message_ = {line.status, line.minor_version, line.reason, head_.fields()};
  begin_body();
  return {parse_event::head, skipped + head_.size()};
}

bool response_parser::skip_interim() noexcept {
  if (head_.line().status == http_status::continue_) told_to_continue_ = true;
  head_.reset();
  return ++interim_answers_ <= max_interim_answers;
}

// RFC 9112 6.3, in its order but for 101: none has a body, but behind that one, whatever was asked,
// something else is spoken.
response_parser::framing response_parser::framing_of_body() const noexcept {
  if (message_.status == http_status::switching_protocols) return framing::tunnel;
  if (asked_ == http_method::head) return framing::none;
  if (asked_ == http_method::connect && is_success(message_.status)) return framing::tunnel;
  if (!has_body(message_.status)) return framing::none;
  if (head_.framing().chunked) return framing::chunked;
  return head_.framing().has_content_length ? framing::length : framing::until_close;
}

void response_parser::begin_body() noexcept {
  framing_ = framing_of_body();
  switch (framing_) {
    case framing::chunked: return begin_chunked();
    case framing::until_close: return begin_until_close();
    case framing::length: return begin_length(head_.framing().content_length);
    case framing::none:
    case framing::tunnel: return begin_length(0);
  }
}

parse_step response_parser::finish() noexcept {
  if (has_failed()) return {parse_event::error, 0};
  const bool ends_here = is_in_body() && framing_ == framing::until_close;
  return ends_here || is_done() ? message_steps::finish() : fail(errors::cut_short);
}

bool response_parser::keep_alive() const noexcept {
  return framing_ != framing::until_close && framing_ != framing::tunnel &&
         head_.framing().keeps_alive(message_.minor_version);
}

std::optional<std::uint64_t> response_parser::content_length() const noexcept {
  switch (framing_) {
    case framing::none: return 0;
    case framing::length: return head_.framing().content_length;
    default: return std::nullopt;
  }
}

void response_parser::reset(http_method asked) noexcept {
  head_.reset();
  restart();
  interim_answers_ = 0;
  asked_ = asked;
  framing_ = framing::none;
  told_to_continue_ = false;
}

}  // namespace weft::http
