// An answer that is put together from the input, written, and read back.
//
// Oracles: response_parser and Beast read the status, the fields and the body that were set, and
// nothing else; what a setter refuses leaves no trace; a value with CR or LF is refused.

#include "support/beast_reader.hpp"
#include "support/choices.hpp"
#include "support/message_reader.hpp"
#include "support/target.hpp"
#include "support/texts.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/http/request_writer.hpp>
#include <weft/http/response.hpp>
#include <weft/http/response_writer.hpp>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft::fuzz {

const std::vector<std::string_view> plants = {"split_value", "other_status", "lose_field",
                                              "change_body", "drop_header",  "turn_keep_alive"};

namespace {

constexpr std::string_view date = "Fri, 27 Nov 2026 12:00:00 GMT";

// ------------------------------------------------------------------ the answer

struct plan {
  explicit plan(choices& from)
      : status(from.below(700)), type(from.below(3)), how(from.below(4)), cuts(from) {
    context.method = from.flip() ? http_method::head : http_method::get;
    context.minor_version = from.flip() ? 0 : 1;
    context.keep_alive = !from.flip() && how != until_close;
    context.date = date;
    for (auto left = from.below(6); left > 0; --left) adds.push_back(from.flip());
  }

  static constexpr std::size_t in_one_piece = 0;
  static constexpr std::size_t until_close = 3;

  std::size_t status;
  std::size_t type;
  std::size_t how;  // in one piece, or the head first and framed by length, chunks or the end
  cut_plan cuts;
  http::response_context context;
  std::vector<bool> adds;
};

void set_field(response& answer, bool adds, std::string_view name, std::string_view value) {
  const auto count = answer.headers().size();
  try {
    if (adds) answer.add_header(name, value);
    else answer.set_header(name, value);
    expect(may_be_sent(value), "a value with a control byte is accepted");
    expect_same(adds ? answer.headers().back().value : *answer.header(name), value,
                "a field has another value than it got");
  } catch (const std::invalid_argument&) {
    expect(answer.headers().size() == count, "a field that was refused is there");
    expect(may_be_sent(value) || !is_planted("split_value"), "the plant lets a value through");
  }
}

void set_status(response& answer, std::size_t code) {
  const auto before = answer.status();
  try {
    answer.set_status(static_cast<http_status>(code));
    expect(code >= 200 && code <= 599, "a status is accepted that no answer has");
  } catch (const std::invalid_argument&) {
    expect(answer.status() == before, "a status that was refused is set");
  }
}

response build(const plan& of, std::string_view bytes) {
  constexpr std::array types = {"", "text/plain", "application/json; charset=utf-8"};
  text_source texts(bytes);
  response answer;
  set_status(answer, of.status);
  answer.set_content_type(types[of.type]);
  for (const bool adds : of.adds) {
    const auto name = texts.next();
    set_field(answer, adds, name, texts.next());
  }
  answer.body().append(texts.rest());
  return answer;
}

// ------------------------------------------------------------------ what has to be read

bool has(const response& answer, std::string_view name) { return answer.header(name).has_value(); }

std::vector<message::field> expected_fields(const response& answer,
                                            const http::response_context& context,
                                            const http::body_framing& framing) {
  std::vector<message::field> fields;
  if (!has(answer, "server")) fields.emplace_back("Server", "weft");
  if (!has(answer, "date")) fields.emplace_back("Date", date);
  if (has_body(answer.status())) {
    const auto type = answer.content_type();
    if (!type.empty()) fields.emplace_back("Content-Type", type);
    using enum http::body_framing::kind;
    if (framing.how == length)
      fields.emplace_back("Content-Length", std::to_string(framing.length));
    if (framing.how == chunked) fields.emplace_back("Transfer-Encoding", "chunked");
  }
  for (const auto& [name, value] : answer.headers())
    fields.emplace_back(name, std::string(trimmed(value)));
  if (!context.keep_alive) fields.emplace_back("Connection", "close");
  else if (context.minor_version == 0) fields.emplace_back("Connection", "keep-alive");
  if (is_planted("lose_field")) fields.pop_back();
  return fields;
}

struct sent_answer {
  byte_buffer wire;
  http::body_framing framing;
  std::string body;
};

void write_body(sent_answer& to, const cut_plan& cuts) {
  if (to.framing.how != http::body_framing::kind::chunked) return to.wire.append(to.body);
  for (const auto piece : cuts.apply(to.body)) http::write_chunk(to.wire, piece);
  http::write_last_chunk(to.wire, {});
}

sent_answer write(const response& answer, const plan& of) {
  using kind = http::body_framing::kind;
  sent_answer to;
  const bool is_reset = answer.status() == http_status::reset_content;
  const bool has_any =
      has_body(answer.status()) && of.context.method != http_method::head && !is_reset;
  if (has_any) to.body = answer.body().view();
  if (of.how == plan::in_one_piece || is_reset) {
    to.framing = {kind::length, is_reset ? 0 : answer.body().size()};
    write_response(to.wire, answer, of.context);
  } else {
    to.framing = {static_cast<kind>(of.how - 1), answer.body().size()};
    write_head(to.wire, answer, of.context, to.framing);
    if (has_any) write_body(to, of.cuts);
  }
  return to;
}

void check_read(const message& read, const response& answer, const sent_answer& sent,
                const http::response_context& context) {
  expect(read.how == message::outcome::complete, "an answer that was written is refused");
  expect(read.end == sent.wire.size(), "an answer that was written ends elsewhere");
  expect(read.keep_alive == context.keep_alive,
         "an answer does not say how the connection goes on");
  auto status = static_cast<int>(answer.status());
  if (is_planted("other_status")) ++status;
  expect(read.status == status, "another status is read");
  message expected = read;
  expected.headers = expected_fields(answer, context, sent.framing);
  expected.body = sent.body;
  expect_same(describe(read), describe(expected), "other fields or another body are read");
}

}  // namespace

void try_input(std::string_view bytes) {
  choices from(bytes);
  const plan of(from);
  const auto answer = build(of, from.text());
  const auto sent = write(answer, of);

  const std::array whole = {sent.wire.view()};
  http_limits limits;
  limits.max_header_bytes = 64 * 1024;
  const auto read = read_answers(whole, {&of.context.method, 1}, input_end::closed, limits);
  expect(read.size() == 1, "one answer is read as several");
  check_read(read.front(), answer, sent, of.context);
  expect_beast_agrees(read.front(), sent.wire.view(), of.context.method, input_end::closed);
}

}  // namespace weft::fuzz
