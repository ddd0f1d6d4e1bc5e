#pragma once

#include <weft/web/json/rules.hpp>

#include <boost/describe/class.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// What the lab's servers compute: plain functions, the same under every model. docs/lab.md has the
// exact rules, so that other servers can answer the same bytes.
namespace lab {

struct greeting {
  std::string_view message;
};
BOOST_DESCRIBE_STRUCT(greeting, (), (message))

greeting greet();

struct rating {
  std::int64_t score = 0;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(rating, (), (score, count))

struct item {
  std::int64_t id = 0;
  std::string name;
  std::string category;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  bool active = false;
  std::vector<std::string> tags;
  lab::rating rating;
};
BOOST_DESCRIBE_STRUCT(item, (), (id, name, category, price, quantity, active, tags, rating))

struct priced_item : item {
  std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(priced_item, (item), (total))

struct item_list {
  std::vector<priced_item> items;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(item_list, (), (items, count))

/// The 50 items that /items and /report work on.
const std::vector<item>& catalogue();
/// The first `count` items, each with total = price * quantity * multiplier.
/// @param count  1 to 50
item_list price_items(std::int64_t count, std::int32_t multiplier);

struct customer {
  std::string name;
  std::string email;
};
BOOST_DESCRIBE_STRUCT(customer, (), (name, email))

struct order_line {
  std::string sku;
  std::string name;
  std::int64_t quantity = 0;
  std::int64_t unit_price = 0;
  bool gift = false;
  double weight = 0;
};
BOOST_DESCRIBE_STRUCT(order_line, (), (sku, name, quantity, unit_price, gift, weight))

inline void json_rules(weft::rules_for<order_line>& line) {
  line.range(&order_line::quantity, 1, 1000);
  // So that no sum of 100 lines of 1,000 leaves 64 bits.
  line.range(&order_line::unit_price, 0, 1'000'000'000'000);
}

struct order {
  std::int64_t id = 0;
  lab::customer customer;
  std::string currency;
  std::string note;
  std::vector<order_line> items;
};
BOOST_DESCRIBE_STRUCT(order, (), (id, customer, currency, note, items))

inline void json_rules(weft::rules_for<order>& order_rules) {
  order_rules.size(&order::items, 1, 100);
}

struct line_total {
  std::string sku;
  std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(line_total, (), (sku, total))

struct order_reply {
  std::int64_t order_id = 0;
  std::string customer;
  std::string currency;
  std::int64_t quantity = 0;
  std::int64_t subtotal = 0;
  std::int64_t tax = 0;
  std::int64_t total = 0;
  std::vector<line_total> lines;
};
BOOST_DESCRIBE_STRUCT(order_reply, (),
                      (order_id, customer, currency, quantity, subtotal, tax, total, lines))

/// Totals in whole cents: 10 % off a line of ten or more, 20 % tax, both rounded down.
order_reply price_order(order placed);

struct category_summary {
  std::int64_t count = 0;
  std::int64_t sum = 0;
  std::int64_t min = 0;
  std::int64_t max = 0;
};
BOOST_DESCRIBE_STRUCT(category_summary, (), (count, sum, min, max))

struct report {
  std::int64_t rows = 0;
  std::string crc32;
  std::map<std::string, category_summary> categories;
};
BOOST_DESCRIBE_STRUCT(report, (), (rows, crc32, categories))

inline constexpr std::int64_t most_report_rows = 1'000'000;

/// CPU-bound work that is counted, not timed: serialises `rows` rows and digests them.
///
/// Passes a weft::checkpoint() after every row, about half a microsecond apart.
/// @param rows  1 to most_report_rows
report make_report(std::int64_t rows);

}  // namespace lab
