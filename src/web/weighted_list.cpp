#include "web/weighted_list.hpp"

#include "web/ascii.hpp"

#include <optional>

namespace weft::detail {
namespace {

constexpr unsigned full_weight = 1000;

/// RFC 9110 12.4.2: "0" or "1", and up to three digits behind a point.
std::optional<unsigned> parse_weight(std::string_view text) noexcept {
  constexpr std::size_t longest = 5;
  if (text.empty() || text.size() > longest || (text[0] != '0' && text[0] != '1'))
    return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  unsigned weight = text[0] == '1' ? full_weight : 0;
  unsigned worth = full_weight / 10;
  for (const char c : text.substr(text.size() > 1 ? 2 : 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    weight += worth * static_cast<unsigned>(c - '0');
    worth /= 10;
  }
  return weight <= full_weight ? std::optional(weight) : std::nullopt;
}

}  // namespace

std::string joined_fields(const request& req, std::string_view name) {
  std::string list;
  for (const auto& field : req.headers()) {
    if (!equal_ignoring_case(field.name, name) || field.value.empty()) continue;
    if (!list.empty()) list += ", ";
    list += field.value;
  }
  return list;
}

std::string_view take_until(std::string_view& text, char mark) noexcept {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || text[end] != mark); ++end) {
    if (text[end] == '"') quoted = !quoted;
    else if (quoted && text[end] == '\\') ++end;
  }
  const auto taken = text.substr(0, end);
  text.remove_prefix(end < text.size() ? end + 1 : text.size());
  return taken;
}

bool weighted_list::next() {
  while (!rest_.empty()) {
    if (read(take_until(rest_, ','))) return true;
  }
  return false;
}

bool weighted_list::read(std::string_view element) {
  auto rest = element;
  value_ = trim_blanks(take_until(rest, ';'));
  parameters_ = {};
  weight_ = full_weight;
  if (value_.empty() || value_.find_first_of(" \t\"") != value_.npos) return false;
  const char* const first = value_.data() + value_.size();
  while (!rest.empty()) {
    const auto parameter = trim_blanks(take_until(rest, ';'));
    if (parameter.size() < 2 || to_lower(parameter[0]) != 'q' || parameter[1] != '=') {
      const char* const end = parameter.data() + parameter.size();
      if (!parameter.empty()) parameters_ = {first, static_cast<std::size_t>(end - first)};
      continue;
    }
    const auto weight = parse_weight(parameter.substr(2));
    weight_ = weight.value_or(0);
    return weight.has_value();  // what follows it has no meaning any more
  }
  return true;
}

}  // namespace weft::detail
