#include "words.hpp"

#include "date_time.hpp"
#include "issues.hpp"
#include "layout.hpp"
#include "values.hpp"

#include <bit>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace weft::detail {
namespace {

std::string read_enumerator(std::string_view text, void* out, const json_type& type) {
  const json_enumerator* found = layout_of(type).find_enumerator(text);
  if (found == nullptr) return kind_message(type);
  store_bits(out, type, found->value);
  return {};
}

std::string read_time(std::string_view text, void* out, const json_type& type) {
  const auto instant = read_date_time(text);
  if (!instant) return kind_message(type);
  switch (type.time->store(out, *instant)) {
    case json_time_ops::stored::whole: return {};
    case json_time_ops::stored::too_fine:
      return std::string("must not be finer than ") + type.time->tick;
    case json_time_ops::stored::out_of_range: break;
  }
  return "is beyond the range of its type";
}

std::string read_day(std::string_view text, void* out, const json_type& type) {
  const auto date = read_date(text);
  if (!date) return kind_message(type);
  *static_cast<std::chrono::year_month_day*>(out) = *date;
  return {};
}

/// As JSON writes integers: no sign but '-', no zero in front.
bool is_plain_integer(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return false;
  return text == "0" ? !is_negative : text.front() != '0';
}

template <class Number>
std::string read_digits_as(std::string_view text, void* out, const json_type& type,
                           const json_bounds& bounds) {
  Number value{};
  const auto error = std::from_chars(text.data(), text.data() + text.size(), value).ec;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  if (error != std::errc{} || !is_within(bits, type.is_signed, bounds))
    return range_message(type, bounds);
  store_bits(out, type, bits);
  return {};
}

}  // namespace

bool is_word(json_kind kind) noexcept {
  return kind == json_kind::enumeration || kind == json_kind::date_time ||
         kind == json_kind::date || kind == json_kind::integer_text;
}

std::string read_word(std::string_view text, void* out, const json_type& type,
                      const json_bounds& bounds) {
  switch (type.kind) {
    case json_kind::enumeration: return read_enumerator(text, out, type);
    case json_kind::date_time: return read_time(text, out, type);
    case json_kind::date: return read_day(text, out, type);
    case json_kind::integer_text:
      return is_plain_integer(text) ? read_digits(text, out, type, bounds) : kind_message(type);
    default: return kind_message(type);
  }
}

std::string read_digits(std::string_view text, void* out, const json_type& type,
                        const json_bounds& bounds) {
  return type.is_signed ? read_digits_as<std::int64_t>(text, out, type, bounds)
                        : read_digits_as<std::uint64_t>(text, out, type, bounds);
}

}  // namespace weft::detail
