#include "web/middleware/vary.hpp"

#include "web/ascii.hpp"

#include <string>

namespace weft::detail {
namespace {

bool lists(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const auto entry = trim_blanks(list.substr(0, comma));
    if (entry == "*" || equal_ignoring_case(entry, name)) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return false;
}

}  // namespace

void add_vary(response& res, std::string_view header) {
  std::string all;
  for (const auto& field : res.headers()) {
    if (!equal_ignoring_case(field.name, "Vary")) continue;
    if (lists(field.value, header)) return;
    all += field.value + ", ";
  }
  res.set_header("Vary", all.append(header));
}

}  // namespace weft::detail
