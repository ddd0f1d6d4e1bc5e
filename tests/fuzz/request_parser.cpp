// A connection's bytes through http::request_parser.
//
// Oracles: the bytes whole and cut anywhere give the same messages; a message reads the same with a
// parser that has read nothing before; Beast reads alike what is accepted.

#include "support/beast_reader.hpp"
#include "support/choices.hpp"
#include "support/limits.hpp"
#include "support/message_reader.hpp"
#include "support/target.hpp"

#include <array>

namespace weft::fuzz {

const std::vector<std::string_view> plants = {
    "lose_byte_after_cut", "keep_host",       "drop_header", "change_body",
    "merge_trailers",      "turn_keep_alive", "end_late"};

namespace {

std::vector<message> read_whole(std::string_view bytes, const http_limits& limits) {
  const std::array whole = {bytes};
  return read_requests(whole, limits);
}

/// A parser serves one request after another: nothing of the last one may show in the next.
void expect_same_with_new_parser(const message& ours, std::string_view bytes,
                                 const http_limits& limits) {
  auto fresh = read_whole(bytes.substr(ours.begin), limits).front();
  fresh.begin += ours.begin;
  if (fresh.how == message::outcome::complete) fresh.end += ours.begin;
  if (is_planted("keep_host")) fresh.host += "old";
  expect_same(describe(ours), describe(fresh), "a new parser reads it otherwise");
}

}  // namespace

void try_input(std::string_view bytes) {
  choices from(bytes);
  const auto limits = choose_limits(from);
  const cut_plan cuts(from);
  const auto text = from.text();

  const auto messages = read_whole(text, limits);
  expect_same(describe(messages), describe(read_requests(cuts.apply(text), limits)),
              "a cut changes what is read");
  for (const auto& one : messages) {
    if (one.begin != 0) expect_same_with_new_parser(one, text, limits);
    if (one.how == message::outcome::complete) expect_beast_agrees(one, text);
  }
}

}  // namespace weft::fuzz
