// A server's bytes through http::response_parser.
//
// Oracles: the bytes whole and cut anywhere give the same answers; an answer reads the same with a
// parser that has read nothing before; Beast reads alike what is accepted.

#include "support/beast_reader.hpp"
#include "support/choices.hpp"
#include "support/limits.hpp"
#include "support/message_reader.hpp"
#include "support/target.hpp"

#include <array>

namespace weft::fuzz {

const std::vector<std::string_view> plants = {
    "lose_byte_after_cut", "keep_phrase",     "drop_header", "change_body",
    "merge_trailers",      "turn_keep_alive", "end_late"};

namespace {

struct exchange {
  http_limits limits;
  std::array<http_method, 3> asked;
  input_end end;
};

exchange choose_exchange(choices& from) {
  constexpr std::array methods = {http_method::get, http_method::head, http_method::connect,
                                  http_method::post};
  exchange chosen{choose_limits(from), {}, from.flip() ? input_end::closed : input_end::open};
  for (auto& method : chosen.asked) method = methods[from.below(methods.size())];
  return chosen;
}

/// A parser serves one answer after another: nothing of the last one may show in the next.
void expect_same_with_new_parser(const message& ours, std::string_view bytes, http_method asked,
                                 const exchange& of) {
  const std::array whole = {bytes.substr(ours.begin)};
  auto fresh = read_answers(whole, {&asked, 1}, of.end, of.limits).front();
  fresh.begin += ours.begin;
  fresh.end += ours.begin;
  if (is_planted("keep_phrase")) fresh.phrase += "old";
  expect_same(describe(ours), describe(fresh), "a new parser reads it otherwise");
}

}  // namespace

void try_input(std::string_view bytes) {
  choices from(bytes);
  const auto of = choose_exchange(from);
  const cut_plan cuts(from);
  const auto text = from.text();

  const std::array whole = {text};
  const auto answers = read_answers(whole, of.asked, of.end, of.limits);
  expect_same(describe(answers),
              describe(read_answers(cuts.apply(text), of.asked, of.end, of.limits)),
              "a cut changes what is read");
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& one = answers[i];
    const auto asked = i < of.asked.size() ? of.asked[i] : http_method::get;
    if (one.begin != 0) expect_same_with_new_parser(one, text, asked, of);
    if (one.how == message::outcome::complete) expect_beast_agrees(one, text, asked, of.end);
  }
}

}  // namespace weft::fuzz
