#include "workload.hpp"

#include "sample_files.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/runtime/checkpoint.hpp>
#include <weft/web/json/parse.hpp>
#include <weft/web/json/write.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

namespace lab {
namespace {

std::vector<item> read_catalogue() {
  std::vector<item> items;
  if (!weft::parse_json(items_json(), items)) throw std::logic_error("items.json does not parse");
  return items;
}

priced_item with_total(const item& plain, std::int64_t multiplier) {
  priced_item priced;
  static_cast<item&>(priced) = plain;
  priced.total = plain.price * plain.quantity * multiplier;
  return priced;
}

void add(category_summary& summary, std::int64_t total) {
  summary.min = summary.count == 0 ? total : std::min(summary.min, total);
  summary.max = std::max(summary.max, total);
  summary.sum += total;
  ++summary.count;
}

std::string to_hex(unsigned long crc) {
  std::array<char, 9> digits;
  std::snprintf(digits.data(), digits.size(), "%08lx", crc);
  return digits.data();
}

}  // namespace

greeting greet() { return {"Hello, World!"}; }

const std::vector<item>& catalogue() {
  static const std::vector<item> items = read_catalogue();
  return items;
}

item_list price_items(std::int64_t count, std::int32_t multiplier) {
  item_list list;
  list.count = count;
  list.items.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    list.items.push_back(with_total(catalogue()[static_cast<std::size_t>(i)], multiplier));
  }
  return list;
}

order_reply price_order(order placed) {
  order_reply reply;
  reply.order_id = placed.id;
  reply.customer = std::move(placed.customer.name);
  reply.currency = std::move(placed.currency);
  reply.lines.reserve(placed.items.size());
  for (order_line& line : placed.items) {
    const std::int64_t full = line.quantity * line.unit_price;
    const std::int64_t total = line.quantity >= 10 ? full * 9 / 10 : full;
    reply.quantity += line.quantity;
    reply.subtotal += total;
    reply.lines.push_back({std::move(line.sku), total});
  }
  reply.tax = reply.subtotal * 20 / 100;
  reply.total = reply.subtotal + reply.tax;
  return reply;
}

report make_report(std::int64_t rows) {
  report made;
  made.rows = rows;
  std::vector<priced_item> items;
  std::vector<category_summary*> summaries;
  for (const item& plain : catalogue()) {
    items.push_back(with_total(plain, 0));
    summaries.push_back(&made.categories[plain.category]);
  }

  weft::byte_buffer text;
  unsigned long crc = crc32(0, nullptr, 0);
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto at = static_cast<std::size_t>(row) % items.size();
    priced_item& priced = items[at];
    priced.total = priced.price * priced.quantity * (row + 1);
    add(*summaries[at], priced.total);
    text.clear();
    weft::write_json(text, priced);
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(text.data()), text.size());
    weft::checkpoint();
  }
  made.crc32 = to_hex(crc);
  // Fewer rows than items leave some categories without any.
  std::erase_if(made.categories, [](const auto& entry) { return entry.second.count == 0; });
  return made;
}

}  // namespace lab
