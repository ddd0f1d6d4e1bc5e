#include <weft/http/request_parser.hpp>

#include "parse_errors.hpp"

namespace weft::http {

namespace errors = detail::errors;

namespace {

// RFC 9112 2.2 asks for one at least: old clients send a line end behind a body. A few more keep
// the count independent of how a client ends several bodies; an endless stream of them is refused.
constexpr unsigned max_empty_lines = 4;

}  // namespace

parse_step request_parser::next(std::string_view unread) {
  return is_at_head() ? read_head(unread) : go_on(unread);
}

parse_step request_parser::read_head(std::string_view unread) {
  using outcome = detail::request_head_parser::outcome;
  std::size_t skipped = 0;
  while (unread.starts_with("\r\n")) {
    if (++empty_lines_ > max_empty_lines) return fail(errors::too_many_empty_lines);
    unread.remove_prefix(2);
    skipped += 2;
  }
  const auto result = head_.parse(unread);
  if (result != outcome::complete) {
    // Known early because it decides whether the answer to a broken request may have a body.
    message_.set_method(head_.line().method, {});
    return result == outcome::failed ? fail(head_.error())
                                     : parse_step{parse_event::need_more, skipped};
  }
  describe_head();
  begin_body();
  return {parse_event::head, skipped + head_.size()};
}

void request_parser::describe_head() noexcept {
  const auto& line = head_.line();
  const auto& framing = head_.framing();
  message_.set_method(line.method, line.method_name);
  message_.set_target(line.target, line.path, line.query);
  message_.set_host(framing.host);
  message_.set_version(line.minor_version, framing.keeps_alive(line.minor_version));
  message_.set_headers(head_.fields());
}

void request_parser::begin_body() noexcept {
  const auto& framing = head_.framing();
  if (framing.chunked) begin_chunked();
  else begin_length(framing.content_length);
}

bool request_parser::expects_continue() const noexcept {
  const auto& framing = head_.framing();
  // RFC 9110 10.1.1: the expectation is ignored in an HTTP/1.0 request.
  return framing.expects_continue && message_.minor_version() != 0 &&
         (framing.chunked || framing.content_length != 0);
}

std::optional<std::uint64_t> request_parser::content_length() const noexcept {
  const auto& framing = head_.framing();
  return framing.has_content_length ? std::optional{framing.content_length} : std::nullopt;
}

void request_parser::reset() noexcept {
  head_.reset();
  message_.set_body({});
  message_.set_trailers({});
  message_.set_method(http_method::other, {});
  empty_lines_ = 0;
  restart();
}

}  // namespace weft::http
