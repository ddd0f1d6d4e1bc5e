// A chunked body through the decoder that requests and answers share.
//
// Oracles: whole or cut anywhere, the same body; Beast reads alike what is accepted; a request and
// an answer end in the same way with the same body; what write_chunk() has framed is read back.

#include "support/beast_reader.hpp"
#include "support/choices.hpp"
#include "support/limits.hpp"
#include "support/message_reader.hpp"
#include "support/target.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/http/request_writer.hpp>

#include <array>

namespace weft::fuzz {

const std::vector<std::string_view> plants = {"lose_byte_after_cut", "change_body", "end_late",
                                              "other_trailer", "lose_byte_of_chunk"};

namespace {

constexpr std::string_view request_head =
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view answer_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string joined(std::string_view head, std::string_view body) {
  return std::string(head).append(body);
}

message first_request(std::string_view bytes, const http_limits& limits) {
  const std::array whole = {bytes};
  return read_requests(whole, limits).front();
}

message first_answer(std::string_view bytes, const http_limits& limits) {
  const std::array whole = {bytes};
  return read_answers(whole, {}, input_end::open, limits).front();
}

/// What the two kinds of message have in common.
message body_alone(const message& of, std::size_t head_size) {
  message body;
  body.how = of.how;
  body.body = of.body;
  body.trailers = of.trailers;
  body.refusal = of.refusal;
  if (of.how == message::outcome::complete) body.end = of.end - head_size;
  return body;
}

void expect_answer_ends_alike(const message& request, std::string_view text,
                              const http_limits& limits) {
  auto answer = first_answer(joined(answer_head, text), limits);
  if (is_planted("other_trailer") && !answer.trailers.empty()) answer.trailers.pop_back();
  expect_same(describe(body_alone(request, request_head.size())),
              describe(body_alone(answer, answer_head.size())),
              "an answer with this body ends otherwise than a request");
}

void expect_round_trip(std::string_view text, const cut_plan& cuts) {
  byte_buffer out;
  out.append(request_head);
  for (const auto piece : cuts.apply(text)) http::write_chunk(out, piece);
  const header_field trailer{"Digest", "of it"};
  http::write_last_chunk(out, {&trailer, 1});
  auto read = first_request(out.view(), {});
  if (is_planted("lose_byte_of_chunk") && !read.body.empty()) read.body.pop_back();
  expect(read.how == message::outcome::complete, "a body that was framed here is refused");
  expect_same(read.body, text, "a body that was framed here reads otherwise");
  expect(read.trailers.size() == 1 && read.end == out.size(), "a framed body has another end");
}

}  // namespace

void try_input(std::string_view bytes) {
  choices from(bytes);
  const auto limits = choose_limits(from);
  const cut_plan cuts(from);
  const auto text = from.text();

  const auto request = joined(request_head, text);
  const auto messages = read_requests(cuts.apply(request), limits);
  const auto whole = first_request(request, limits);
  expect_same(describe(whole), describe(messages.front()), "a cut changes what is read");
  if (whole.how == message::outcome::complete) expect_beast_agrees(whole, request);
  if (whole.has_head) expect_answer_ends_alike(whole, text, limits);
  expect_round_trip(text, cuts);
}

}  // namespace weft::fuzz
