#include "reading.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/web/json/write.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <random>

// Boost.JSON's value tree is the second opinion, on documents that are made and broken at random
// from a printed seed.
namespace any {

struct node {
  std::optional<bool> flag;
  std::optional<std::int64_t> whole;
  std::optional<double> real;
  std::optional<std::string> text;
  std::optional<std::vector<node>> list;
  std::optional<std::map<std::string, node>> table;
};
BOOST_DESCRIBE_STRUCT(node, (), (flag, whole, real, text, list, table))

}  // namespace any

namespace {

namespace json = boost::json;
using any::node;

std::string random_text(std::mt19937& random) {
  static constexpr std::string_view pieces[] = {
      "a", "\\n",     "\\u00e9", "é",    "\\ud83d\\ude00",  "\\\"", "€", " ",
      "/", "\\u0000", "plain",   "\\\\", "0123456789abcdef"};
  std::string text = "\"";
  for (auto count = random() % 6; count != 0; --count) text += pieces[random() % std::size(pieces)];
  return text + '"';
}

std::string random_number(std::mt19937& random) {
  static constexpr std::string_view numbers[] = {"0",
                                                 "-0.0",
                                                 "1.5",
                                                 "-7",
                                                 "1e3",
                                                 "123456789.125",
                                                 "1E-7",
                                                 "0.30000000000000004",
                                                 "4.9e-324",
                                                 "-2.2250738585072014e-308",
                                                 "179769313486231570000000000000000000000",
                                                 "12345678901234567.5"};
  return std::string(numbers[random() % std::size(numbers)]);
}

std::string random_node(std::mt19937& random, int depth) {
  std::string text = "{";
  const auto member = [&](std::string_view name, const std::string& value) {
    if (random() % 2 == 0) return;
    if (text.size() != 1) text += random() % 4 == 0 ? " ,\n" : ",";
    text.append("\"").append(name).append("\":").append(value);
  };
  const auto child = [&] { return depth == 0 ? "{}" : random_node(random, depth - 1); };
  member("flag", random() % 2 == 0 ? "true" : "false");
  member("whole", std::to_string(static_cast<std::int64_t>(random()) - (1LL << 31)));
  member("unknown", "[1,{\"flag\":" + random_text(random) + "}]");
  member("real", random_number(random));
  member("text", random_text(random));
  member("list", "[" + child() + "," + child() + "]");
  member("table", "{\"k\":" + child() + ",\"\\u006b2\":" + child() + "}");
  return text + '}';
}

void check_same(const node& ours, const json::value& theirs);

void check_same(const std::optional<std::vector<node>>& ours, const json::value& theirs) {
  REQUIRE(ours->size() == theirs.as_array().size());
  for (std::size_t i = 0; i != ours->size(); ++i) check_same((*ours)[i], theirs.at(i));
}

void check_same(const std::optional<std::map<std::string, node>>& ours, const json::value& theirs) {
  REQUIRE(ours->size() == theirs.as_object().size());
  for (const auto& [key, value] : *ours) check_same(value, theirs.at(key));
}

void check_same(const node& ours, const json::value& theirs) {
  const auto& object = theirs.as_object();
  REQUIRE(ours.flag.has_value() == object.contains("flag"));
  if (ours.flag) REQUIRE(*ours.flag == object.at("flag").as_bool());
  REQUIRE(ours.whole.has_value() == object.contains("whole"));
  if (ours.whole) REQUIRE(*ours.whole == object.at("whole").as_int64());
  REQUIRE(ours.real.has_value() == object.contains("real"));
  if (ours.real) REQUIRE(*ours.real == object.at("real").to_number<double>());
  REQUIRE(ours.text.has_value() == object.contains("text"));
  if (ours.text) REQUIRE(*ours.text == std::string_view(object.at("text").as_string()));
  REQUIRE(ours.list.has_value() == object.contains("list"));
  if (ours.list) check_same(ours.list, object.at("list"));
  REQUIRE(ours.table.has_value() == object.contains("table"));
  if (ours.table) check_same(ours.table, object.at("table"));
}

json::value second_opinion(std::string_view text, boost::system::error_code& ec) {
  json::parse_options options;
  options.numbers = json::number_precision::precise;
  options.max_depth = weft::json_limits().depth;
  return json::parse(text, ec, {}, options);
}

TEST_CASE("random documents read the same as through a value tree, and come back") {
  const auto seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i != 300; ++i) {
    const auto text = random_node(random, 3);
    INFO(text);
    boost::system::error_code ec;
    const auto theirs = second_opinion(text, ec);
    REQUIRE_FALSE(ec);
    const auto ours = read<node>(text);
    check_same(ours, theirs);

    weft::byte_buffer out;
    weft::write_json(out, ours);
    boost::system::error_code written_ec;
    second_opinion(out.view(), written_ec);
    REQUIRE_FALSE(written_ec);
    weft::byte_buffer again;
    weft::write_json(again, read<node>(out.view()));
    REQUIRE(again.view() == out.view());
  }
}

TEST_CASE("damaged documents are refused exactly where a value tree refuses them") {
  const auto seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  static constexpr std::string_view damage = "{}[]\",:\\0-.eE+tn \x01\x80\xC3";
  int refused = 0;
  for (int i = 0; i != 3000; ++i) {
    auto text = random_node(random, 2);
    const auto at = random() % text.size();
    if (random() % 2 == 0) text[at] = damage[random() % damage.size()];
    else text.erase(at, 1 + random() % 3);
    INFO(text);
    boost::system::error_code ec;
    second_opinion(text, ec);
    node value;
    const auto outcome = weft::parse_json(text, value, {.issues = 1'000'000});
    REQUIRE(outcome.is_syntax_error() == ec.failed());
    refused += ec.failed() ? 1 : 0;
  }
  CHECK(refused > 500);
}

}  // namespace
