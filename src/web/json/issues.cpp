#include "issues.hpp"

#include "layout.hpp"
#include "values.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace weft::detail {
namespace {

std::string in_quotes(std::string_view name) { return '"' + std::string(name) + '"'; }

std::string one_of(const std::vector<std::string>& names) {
  if (names.size() == 1) return names.front();
  std::string text = "one of ";
  for (const auto& name : names) {
    if (&name != &names.front()) text += ", ";
    text += name;
  }
  return text;
}

std::string names_of(const json_type& type) {
  std::vector<std::string> names;
  for (const json_enumerator& enumerator : layout_of(type).enumerators)
    names.push_back(in_quotes(enumerator.name));
  return one_of(names);
}

std::string noun_of(const json_type& type);

std::string alternatives_of(const json_variant_ops& variant) {
  std::vector<std::string> nouns;
  for (std::size_t i = 0; i != variant.count; ++i) {
    auto noun = noun_of(*variant.items[i]);
    if (std::ranges::count(nouns, noun) == 0) nouns.push_back(std::move(noun));
  }
  std::string text;
  for (std::size_t i = 0; i != nouns.size(); ++i) {
    if (i != 0) text += i + 1 == nouns.size() ? " or " : ", ";
    text += nouns[i];
  }
  return text;
}

std::string noun_of(const json_type& type) {
  switch (type.kind) {
    case json_kind::boolean: return "true or false";
    case json_kind::integer: return "an integer";
    case json_kind::floating: return "a number";
    case json_kind::enumeration: return names_of(type);
    case json_kind::object:
    case json_kind::map: return "an object";
    case json_kind::array: return "an array";
    case json_kind::optional: return noun_of(*type.optional->item) + " or null";
    case json_kind::variant: return alternatives_of(*type.variant);
    case json_kind::null: return "null";
    case json_kind::date_time: return "a date and time like 2026-11-27T15:40:00Z";
    case json_kind::date: return "a date like 2026-11-27";
    case json_kind::integer_text: return "an integer, as a number or a string";
    case json_kind::none:
    case json_kind::string:
    case json_kind::string_view: break;
  }
  return "a string";
}

std::string digits_of(std::uint64_t bits, bool is_signed) {
  return is_signed ? std::to_string(std::bit_cast<std::int64_t>(bits)) : std::to_string(bits);
}

std::string between(std::string low, const std::string& high) {
  return "must be between " + std::move(low) + " and " + high;
}

std::string_view counted(json_kind kind, bool one) {
  if (kind == json_kind::string) return one ? " character" : " characters";
  if (kind == json_kind::map) return one ? " entry" : " entries";
  if (kind == json_kind::none) return one ? " byte" : " bytes";
  return one ? " item" : " items";
}

}  // namespace

std::string kind_message(const json_type& type) { return "must be " + noun_of(type); }

std::string range_message(const json_type& type, const json_bounds& bounds) {
  if (is_integer(type.kind))
    return between(digits_of(bounds.low, type.is_signed), digits_of(bounds.high, type.is_signed));
  const double low = bounds.low_number;
  const double high = bounds.high_number;
  if (std::isfinite(low) && std::isfinite(high))
    return between(number_text(low), number_text(high));
  if (std::isfinite(low)) return "must be at least " + number_text(low);
  if (std::isfinite(high)) return "must be at most " + number_text(high);
  return "is beyond the range of its type";
}

std::string size_message(json_kind kind, std::size_t least, std::size_t most) {
  const auto count = [kind](std::size_t size) {
    return std::to_string(size).append(counted(kind, size == 1));
  };
  if (least == most) return "must have exactly " + count(least);
  if (least == 0) return "must have at most " + count(most);
  if (most == std::numeric_limits<std::size_t>::max()) return "must have at least " + count(least);
  return "must have between " + std::to_string(least) + " and " + count(most);
}

std::string wrong_size(json_kind kind, std::size_t size, const json_bounds& bounds) {
  if (!bounds.sized || (size >= bounds.min_size && size <= bounds.max_size)) return {};
  return size_message(kind, bounds.min_size, bounds.max_size);
}

std::string texts_message(const std::vector<std::string>& texts) {
  std::vector<std::string> names;
  for (const auto& text : texts) names.push_back(in_quotes(text));
  return "must be " + one_of(names);
}

std::string choices_message(const json_type& type, const std::vector<std::string>& texts,
                            const std::vector<std::uint64_t>& bits) {
  if (type.kind == json_kind::string) return texts_message(texts);
  std::vector<std::string> names;
  for (const auto value : bits) {
    const auto* const known =
        type.kind == json_kind::enumeration ? layout_of(type).find_enumerator(value) : nullptr;
    names.push_back(known != nullptr ? in_quotes(known->name) : digits_of(value, type.is_signed));
  }
  return "must be " + one_of(names);
}

std::string number_text(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

void append_token(std::string& pointer, std::string_view token) {
  pointer += '/';
  for (const char c : token) {
    if (c == '~') pointer += "~0";
    else if (c == '/') pointer += "~1";
    else pointer += c;
  }
}

}  // namespace weft::detail
