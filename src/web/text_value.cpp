#include <weft/web/text_value.hpp>

#include "web/json/issues.hpp"
#include "web/json/layout.hpp"
#include "web/text_reader.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace weft::detail {
namespace {

/// Whether the text is an integer at all, fit for any type or not.
bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

void store(void* out, std::size_t width, std::uint64_t bits) {
  const auto store_as = [out]<class Word>(Word word) { std::memcpy(out, &word, sizeof word); };
  switch (width) {
    case 1: return store_as(static_cast<std::uint8_t>(bits));
    case 2: return store_as(static_cast<std::uint16_t>(bits));
    case 4: return store_as(static_cast<std::uint32_t>(bits));
    default: return store_as(bits);
  }
}

template <class Number>
std::string read_integer(std::string_view text, void* out, const json_type& type,
                         const json_bounds& bounds) {
  if (!is_integer(text)) return kind_message(type);
  Number value{};
  const auto error = std::from_chars(text.data(), text.data() + text.size(), value).ec;
  if (error != std::errc{} || value < std::bit_cast<Number>(bounds.low) ||
      value > std::bit_cast<Number>(bounds.high)) {
    return range_message(type, bounds);
  }
  store(out, type.width, std::bit_cast<std::uint64_t>(value));
  return {};
}

template <class Number>
std::string read_floating(std::string_view text, void* out, const json_type& type,
                          const json_bounds& bounds) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument || !std::isfinite(value)) {
    return kind_message(type);
  }
  if (error != std::errc{} || value < bounds.low_number || value > bounds.high_number) {
    return range_message(type, bounds);
  }
  *static_cast<Number*>(out) = value;
  return {};
}

std::string read_boolean(std::string_view text, void* out, const json_type& type) {
  const bool yes = text == "true" || text == "1";
  if (!yes && text != "false" && text != "0") return kind_message(type);
  *static_cast<bool*>(out) = yes;
  return {};
}

std::string read_enumerator(std::string_view text, void* out, const json_type& type) {
  const auto* found = layout_of(type).find_enumerator(text);
  if (found == nullptr) return kind_message(type);
  store(out, type.width, found->value);
  return {};
}

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string read_string(std::string_view text, void* out, const json_bounds& bounds) {
  static_cast<std::string*>(out)->assign(text);
  return bounds.sized ? check_size(json_kind::string, characters_of(text), bounds) : std::string();
}

}  // namespace

std::string check_size(json_kind kind, std::size_t size, const json_bounds& bounds) {
  if (!bounds.sized || (size >= bounds.min_size && size <= bounds.max_size)) return {};
  return size_message(kind, bounds.min_size, bounds.max_size);
}

std::string read_text(std::string_view text, void* out, const json_type& type,
                      const json_bounds& bounds) {
  switch (type.kind) {
    case json_kind::boolean: return read_boolean(text, out, type);
    case json_kind::enumeration: return read_enumerator(text, out, type);
    case json_kind::string: return read_string(text, out, bounds);
    case json_kind::integer:
      return type.is_signed ? read_integer<std::int64_t>(text, out, type, bounds)
                            : read_integer<std::uint64_t>(text, out, type, bounds);
    case json_kind::floating:
      return type.width == sizeof(float) ? read_floating<float>(text, out, type, bounds)
                                         : read_floating<double>(text, out, type, bounds);
    case json_kind::optional:
      return read_text(text, type.optional->emplace(out), *type.optional->item, bounds);
    default: return kind_message(type);
  }
}

std::string read_text(std::string_view text, void* out, const json_type& type) {
  return read_text(text, out, type, type.bounds);
}

}  // namespace weft::detail
