#include "issues.hpp"

#include "layout.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace weft::detail {
namespace {

std::string names_of(const json_type& type) {
  std::string names = "one of ";
  const auto& enumerators = layout_of(type).enumerators;
  for (const json_enumerator& enumerator : enumerators) {
    if (&enumerator != &enumerators.front()) names += ", ";
    names.append("\"").append(enumerator.name).append("\"");
  }
  return names;
}

std::string noun_of(const json_type& type);

std::string alternatives_of(const json_variant_ops& variant) {
  std::string text;
  for (std::size_t i = 0; i != variant.count; ++i) {
    if (i != 0) text += i + 1 == variant.count ? " or " : ", ";
    text += noun_of(*variant.items[i]);
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
    case json_kind::none:
    case json_kind::string:
    case json_kind::string_view: break;
  }
  return "a string";
}

std::string digits_of(std::uint64_t bits, bool is_signed) {
  return is_signed ? std::to_string(std::bit_cast<std::int64_t>(bits)) : std::to_string(bits);
}

std::string digits_of(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
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
  if (type.kind == json_kind::integer)
    return between(digits_of(bounds.low, type.is_signed), digits_of(bounds.high, type.is_signed));
  const double low = bounds.low_number;
  const double high = bounds.high_number;
  if (std::isfinite(low) && std::isfinite(high)) return between(digits_of(low), digits_of(high));
  if (std::isfinite(low)) return "must be at least " + digits_of(low);
  if (std::isfinite(high)) return "must be at most " + digits_of(high);
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

void append_token(std::string& pointer, std::string_view token) {
  pointer += '/';
  for (const char c : token) {
    if (c == '~') pointer += "~0";
    else if (c == '/') pointer += "~1";
    else pointer += c;
  }
}

}  // namespace weft::detail
