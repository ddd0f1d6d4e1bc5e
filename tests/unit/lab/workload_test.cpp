#include "workload.hpp"
#include "sample_files.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/web/json/parse.hpp>
#include <weft/web/json/write.hpp>

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>
#include <string>

namespace json = boost::json;

namespace {

template <class T>
std::string text_of(const T& value) {
  weft::byte_buffer text;
  weft::write_json(text, value);
  return std::string(text.view());
}

// A second opinion on the report that shares no code with it: a bitwise CRC and Boost.JSON, whose
// objects keep the order of their keys.
std::uint32_t crc_of(std::uint32_t crc, std::string_view bytes) {
  crc = ~crc;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

struct extent {
  std::int64_t count = 0, sum = 0, min = 0, max = 0;
};

std::string second_opinion(std::int64_t rows) {
  const json::value items = json::parse(lab::items_json());
  std::uint32_t crc = 0;
  std::map<std::string, extent> categories;
  for (std::int64_t row = 0; row < rows; ++row) {
    json::object item = items.at(static_cast<std::size_t>(row % 50)).as_object();
    const std::int64_t total = item["price"].as_int64() * item["quantity"].as_int64() * (row + 1);
    item["total"] = total;
    crc = crc_of(crc, json::serialize(item));
    extent& of = categories[item["category"].as_string().c_str()];
    of.min = of.count == 0 ? total : std::min(of.min, total);
    of.max = of.count == 0 ? total : std::max(of.max, total);
    of.sum += total;
    ++of.count;
  }
  json::object by_name;
  for (const auto& [name, of] : categories) {
    by_name[name] =
        json::object{{"count", of.count}, {"sum", of.sum}, {"min", of.min}, {"max", of.max}};
  }
  std::string digits(8, '0');
  for (int i = 7; i >= 0; --i, crc >>= 4) {
    digits[static_cast<std::size_t>(i)] = "0123456789abcdef"[crc & 15];
  }
  return json::serialize(json::object{{"rows", rows}, {"crc32", digits}, {"categories", by_name}});
}

lab::order_line line_of(std::int64_t quantity, std::int64_t unit_price) {
  lab::order_line line;
  line.quantity = quantity;
  line.unit_price = unit_price;
  return line;
}

weft::json_outcome read_order(const std::string& text) {
  lab::order placed;
  return weft::parse_json(text, placed);
}

std::string changed_order(const std::string& from, const std::string& to) {
  std::string text(lab::order_json());
  text.replace(text.find(from), from.size(), to);
  return text;
}

std::string pointer_of(const weft::json_outcome& outcome) {
  REQUIRE(outcome.is_invalid());
  return outcome.issues().front().pointer;
}

}  // namespace

TEST_CASE("the greeting is the 27 bytes that every server answers") {
  CHECK(text_of(lab::greet()) == R"({"message":"Hello, World!"})");
}

TEST_CASE("the sample order gives the sample reply to the byte") {
  lab::order placed;
  REQUIRE(weft::parse_json(lab::order_json(), placed));
  CHECK(text_of(lab::price_order(placed)) == lab::order_reply_json());
}

TEST_CASE("a line of ten is cheaper, rounded down, one of nine is not") {
  lab::order placed;
  placed.items = {line_of(9, 11), line_of(11, 11)};
  const auto reply = lab::price_order(placed);
  CHECK(reply.lines[0].total == 99);
  CHECK(reply.lines[1].total == 108);  // 121 * 9 / 10 = 108.9
  CHECK(reply.subtotal == 207);
  CHECK(reply.tax == 41);  // 41.4
  CHECK(reply.total == 248);
  CHECK(reply.quantity == 20);
}

TEST_CASE("an order's faults are found and named") {
  CHECK(read_order("{\"id\":").is_syntax_error());
  CHECK(pointer_of(read_order(changed_order("\"quantity\":15", "\"quantity\":0"))) ==
        "/items/0/quantity");
  CHECK(pointer_of(read_order(changed_order("\"quantity\":15", "\"quantity\":1001"))) ==
        "/items/0/quantity");
  CHECK(pointer_of(read_order(changed_order("\"quantity\":15", "\"quantity\":\"15\""))) ==
        "/items/0/quantity");
  CHECK(pointer_of(read_order(changed_order("\"currency\":\"EUR\",", ""))) == "/currency");
}

TEST_CASE("an order has 1 to 100 items") {
  const std::string line =
      R"({"sku":"a","name":"b","quantity":1,"unit_price":2,"gift":false,"weight":1})";
  const auto order_of = [&](int lines) {
    std::string text =
        R"({"id":1,"customer":{"name":"n","email":"e"},"currency":"EUR","note":"","items":[)";
    for (int i = 0; i < lines; ++i) text += (i == 0 ? "" : ",") + line;
    return text + "]}";
  };
  CHECK(pointer_of(read_order(order_of(0))) == "/items");
  CHECK(read_order(order_of(1)));
  CHECK(read_order(order_of(100)));
  CHECK(pointer_of(read_order(order_of(101))) == "/items");
}

TEST_CASE("unknown keys in an order are ignored") {
  CHECK(read_order(changed_order("\"currency\"", "\"colour\":[1,{}],\"currency\"")));
}

TEST_CASE("items are the file's items with their totals behind them") {
  json::array expected;
  const json::value items = json::parse(lab::items_json());
  for (std::size_t i = 0; i < 50; ++i) {
    json::object item = items.at(i).as_object();
    item["total"] = item["price"].as_int64() * item["quantity"].as_int64() * 7;
    expected.push_back(item);
  }
  CHECK(text_of(lab::price_items(50, 7)) ==
        json::serialize(json::object{{"items", expected}, {"count", 50}}));
  CHECK(lab::price_items(1, 1).items.size() == 1);
}

TEST_CASE("a report is what a second implementation computes") {
  for (const std::int64_t rows : {1, 2, 49, 50, 51, 1000, 12'345}) {
    INFO(rows << " rows");
    CHECK(text_of(lab::make_report(rows)) == second_opinion(rows));
  }
}
