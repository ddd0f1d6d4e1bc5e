#include <weft/web/text_value.hpp>

#include "web/json/issues.hpp"
#include "web/json/rules.hpp"
#include "web/json/values.hpp"
#include "web/json/words.hpp"
#include "web/text_reader.hpp"

#include <charconv>
#include <cmath>
#include <system_error>

namespace weft::detail {
namespace {

/// Whether the text is an integer at all, fit for any type or not.
bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
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
  if (error != std::errc{}) return range_message(type, bounds);
  *static_cast<Number*>(out) = value;
  return wrong_bounds(out, type, bounds);
}

std::string read_boolean(std::string_view text, void* out, const json_type& type) {
  const bool yes = text == "true" || text == "1";
  if (!yes && text != "false" && text != "0") return kind_message(type);
  *static_cast<bool*>(out) = yes;
  return {};
}

std::string read_string(std::string_view text, void* out, const json_type& type,
                        const json_bounds& bounds) {
  static_cast<std::string*>(out)->assign(text);
  return wrong_bounds(out, type, bounds);
}

}  // namespace

std::string read_text(std::string_view text, void* out, const json_type& type,
                      const json_bounds& bounds) {
  switch (type.kind) {
    case json_kind::boolean: return read_boolean(text, out, type);
    case json_kind::enumeration:
    case json_kind::date_time:
    case json_kind::date: return read_word(text, out, type, bounds);
    case json_kind::string: return read_string(text, out, type, bounds);
    case json_kind::integer:
    case json_kind::integer_text:
      return is_integer(text) ? read_digits(text, out, type, bounds) : kind_message(type);
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
