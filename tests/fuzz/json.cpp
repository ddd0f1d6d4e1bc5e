// A text through parse_json() into described types, and back through write_json().
//
// Oracles: refused as JSON exactly where Boost.JSON refuses it; what fits and what it becomes are
// what a binder over Boost.JSON's tree says; each issue points at a place of that tree; what is
// written is JSON and reads back as the same.

#include "support/choices.hpp"
#include "support/json_types.hpp"
#include "support/target.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/web/json/parse.hpp>
#include <weft/web/json/patch.hpp>
#include <weft/web/json/write.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>

namespace weft::fuzz {

const std::vector<std::string_view> plants = {"accept_text", "accept_value", "change_value",
                                              "move_issue",  "lose_written", "lose_patch"};

namespace {

namespace json = boost::json;

std::optional<json::value> second_opinion(std::string_view text, std::size_t depth) {
  json::parse_options options;
  options.numbers = json::number_precision::precise;
  options.max_depth = depth;
  boost::system::error_code ec;
  auto tree = json::parse(text, ec, {}, options);
  if (ec) return std::nullopt;
  return tree;
}

std::string written(const json_node& value) {
  byte_buffer out;
  write_json(out, value);
  return std::string(out.view());
}

void expect_place(const json_issue& issue, const json::value& tree) {
  auto pointer = issue.pointer;
  if (is_planted("move_issue")) pointer += "/nowhere";
  // What is not there may be missed, and the end that a range has by itself is there for its rule.
  if (issue.message == "is required" || issue.message == "must not be below lowEnd")
    pointer.erase(pointer.rfind('/'));
  boost::system::error_code ec;
  expect(tree.find_pointer(pointer, ec) != nullptr, "an issue points at nothing: " + pointer);
}

void expect_round_trip(const json_node& value, const json_limits& limits) {
  auto text = written(value);
  if (is_planted("lose_written") && text.size() > 2) text.pop_back();
  expect(second_opinion(text, json_limits::deepest).has_value(), "what is written is no JSON");
  json_node again;
  expect(parse_json(text, again, limits).ok(), "what is written does not read back");
  expect_same(written(again), text, "what is written reads back as another value");
}

/// Where keys repeat, the tree knows only one of each.
void expect_tree_agrees(const json_outcome& ours, const json_node& value, const json::value& tree) {
  json_node theirs;
  const bool fits = bind_tree(tree, theirs);
  const bool is_good = ours.ok() || is_planted("accept_value");
  expect(is_good == fits, fits ? "a value is refused that fits" : "a value fits that must not");
  for (const auto& issue : ours.issues()) expect_place(issue, tree);
  if (!fits) return;
  auto text = written(value);
  if (is_planted("change_value") && text.size() > 2) text[1] ^= 1;
  expect_same(text, written(theirs), "the tree has another value");
}

json_node sample() {
  json_node node;
  node.whole = 1;
  node.text = "text";
  node.label = json_label{1, "a", 2};
  node.list.emplace(1);
  node.table.emplace()["k"].small = std::int8_t{1};
  node.ruled.emplace().words.emplace()["w"] = "yes";
  node.ruled->high_end = 4;
  return node;
}

/// A patch that is applied to an object makes of it what RFC 7396 makes of its tree.
void expect_merge(std::string_view text, const json::value& tree, const json_limits& limits) {
  auto object = sample();
  auto merged = json::parse(written(object));
  merge(merged, tree);
  json_node theirs;
  const bool fits = bind_tree(merged, theirs);

  patch<json_node> change;
  const bool is_good =
      patch<json_node>::parse(text, change, limits).ok() && apply(change, object).ok();
  expect(is_good == fits, fits ? "a patch is refused that fits" : "a patch fits that must not");
  if (is_planted("lose_patch")) object.whole.reset();
  expect_same(written(object), written(fits ? theirs : sample()), "a patch makes another value");
}

}  // namespace

void try_input(std::string_view bytes) {
  choices from(bytes);
  json_limits limits;
  limits.issues = 1'000'000;
  if (from.flip()) limits.depth = from.below(8);
  const auto text = from.text();

  json_node value;
  const auto ours = parse_json(text, value, limits);
  const auto tree = second_opinion(text, limits.depth);
  const bool is_json = !ours.is_syntax_error() || is_planted("accept_text");
  expect(is_json == tree.has_value(),
         is_json ? "Boost.JSON refuses a text" : "Boost.JSON accepts a text");
  if (!tree) return;
  if (!has_repeated_key(text)) expect_tree_agrees(ours, value, *tree);
  if (!has_repeated_key(text) && is_plain_patch(*tree)) expect_merge(text, *tree, limits);
  if (ours.ok()) expect_round_trip(value, limits);
}

}  // namespace weft::fuzz
