#include <weft/http/response_writer.hpp>

#include <weft/http/date.hpp>

#include <charconv>
#include <cstring>

namespace weft::http {

namespace {

/// Writes into room that was measured before.
class cursor {
public:
  explicit cursor(char* at) noexcept : at_(at) {}
  char* at() const noexcept { return at_; }

  /// A literal: its size is known here, so it becomes a few moves.
  template <std::size_t Size>
  void put(const char (&literal)[Size]) noexcept {
    std::memcpy(at_, literal, Size - 1);
    at_ += Size - 1;
  }
  void put_text(std::string_view text) noexcept {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void put_number(std::uint64_t value) noexcept { at_ = std::to_chars(at_, at_ + 20, value).ptr; }

private:
  char* at_;
};

/// Everything that does not depend on the answer: names, line ends, digits, the longest phrase.
constexpr std::size_t fixed_bytes = 320;

std::size_t most_bytes(const response& answer, std::string_view date) noexcept {
  std::size_t size =
      fixed_bytes + date.size() + answer.content_type().size() + answer.body().size();
  for (const auto& field : answer.headers()) size += field.name.size() + field.value.size() + 4;
  return size;
}

void put_status_line(cursor& to, http_status status) noexcept {
  if (const auto line = status_line(status); !line.empty()) return to.put_text(line);
  to.put("HTTP/1.1 ");
  to.put_number(static_cast<std::size_t>(status));
  to.put(" \r\n");
}

void put_own_fields(cursor& to, const response& answer, std::string_view date) noexcept {
  const bool may_be_replaced = !answer.headers().empty();
  if (!may_be_replaced || !answer.header("server")) to.put("Server: weft\r\n");
  if (!may_be_replaced || !answer.header("date")) {
    to.put("Date: ");
    to.put_text(date);
    to.put("\r\n");
  }
}

void put_fields(cursor& to, const response& answer) noexcept {
  for (const auto& field : answer.headers()) {
    to.put_text(field.name);
    to.put(": ");
    to.put_text(field.value);
    to.put("\r\n");
  }
}

void put_content_type(cursor& to, const response& answer) noexcept {
  if (const auto type = answer.content_type(); !type.empty()) {
    to.put("Content-Type: ");
    to.put_text(type);
    to.put("\r\n");
  }
}

void put_framing(cursor& to, const body_framing& framing) noexcept {
  switch (framing.how) {
    case body_framing::kind::length:
      to.put("Content-Length: ");
      to.put_number(framing.length);
      to.put("\r\n");
      break;
    case body_framing::kind::chunked: to.put("Transfer-Encoding: chunked\r\n"); break;
    case body_framing::kind::close: break;
  }
}

void put_connection(cursor& to, http_status status, const response_context& context) noexcept {
  if (status == http_status::switching_protocols) to.put("Connection: upgrade\r\n");
  else if (!context.keep_alive) to.put("Connection: close\r\n");
  else if (context.minor_version == 0) to.put("Connection: keep-alive\r\n");
}

void put_head(cursor& to, const response& answer, const response_context& context,
              const body_framing& framing, std::string_view date) noexcept {
  put_status_line(to, answer.status());
  put_own_fields(to, answer, date);
  if (has_body(answer.status())) {
    put_content_type(to, answer);
    put_framing(to, framing);
  }
  put_fields(to, answer);
  put_connection(to, answer.status(), context);
  to.put("\r\n");
}

}  // namespace

void write_head(byte_buffer& out, const response& answer, const response_context& context,
                const body_framing& framing) {
  const auto date = context.date.empty() ? current_date() : context.date;
  char* const begin = out.prepare(most_bytes(answer, date));
  cursor to{begin};
  put_head(to, answer, context, framing, date);
  out.commit(static_cast<std::size_t>(to.at() - begin));
}

void write_response(byte_buffer& out, const response& answer, const response_context& context) {
  const auto date = context.date.empty() ? current_date() : context.date;
  char* const begin = out.prepare(most_bytes(answer, date));
  cursor to{begin};
  const bool ends_with_head = !has_body(answer.status());
  // RFC 9110 15.3.6: 205 has a length, which is 0.
  const auto body =
      answer.status() == http_status::reset_content ? std::string_view{} : answer.body().view();
  put_head(to, answer, context, {body_framing::kind::length, body.size()}, date);
  if (!ends_with_head && !body.empty() && context.method != http_method::head) to.put_text(body);
  out.commit(static_cast<std::size_t>(to.at() - begin));
}

void describe_error(response& answer, const parse_error& error) {
  answer.set_status(error.status);
  answer.set_content_type("application/problem+json");
  if (error.status == http_status::service_unavailable) answer.set_header("Retry-After", "1");
  byte_buffer& body = answer.body();
  body.append(R"({"type":"about:blank","title":")");
  body.append(reason(error.status));
  body.append(R"(","status":)");
  body.append_number(static_cast<unsigned>(error.status));
  body.append(R"(,"detail":")");
  body.append(error.reason);
  body.append(R"("})");
}

void write_error(byte_buffer& out, const parse_error& error, const response_context& context) {
  response answer;
  describe_error(answer, error);
  response_context closing = context;
  closing.keep_alive = false;
  write_response(out, answer, closing);
}

void write_continue(byte_buffer& out) { out.append("HTTP/1.1 100 Continue\r\n\r\n"); }

}  // namespace weft::http
