#pragma once

#include <weft/web/json/describe.hpp>

#include <chrono>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

namespace weft {

/// How a T is read from one piece of request text: a path segment, a query value, a header.
///
/// Made for strings, bool, integers, floating-point numbers, times, dates and enums that are
/// described with BOOST_DESCRIBE_ENUM; specialise it for types of your own:
///
///     template <> struct weft::text_value<colour> {
///       static std::string read(std::string_view text, colour& out);
///     };
///
/// read() returns what is wrong, completing the sentence "the value ..." ("must be an integer"),
/// and an empty string when nothing is. A member `static constexpr const char* format = "colour"`
/// names its format in the OpenAPI document.
template <class T>
struct text_value;

template <class T>
concept text_readable = requires(std::string_view text, T& out) {
  { text_value<T>::read(text, out) } -> std::same_as<std::string>;
};

namespace detail {

/// Reads what `type` describes: a scalar, or a std::optional of one, which is then never empty.
std::string read_text(std::string_view text, void* out, const json_type& type);

template <class T>
inline constexpr bool is_text_scalar =
    json_readable<T> &&
    (std::is_arithmetic_v<T> || std::is_enum_v<T> || std::same_as<T, std::string> ||
     is_json_time<T> || std::same_as<T, std::chrono::year_month_day>);

}  // namespace detail

template <class T>
  requires detail::is_text_scalar<T>
struct text_value<T> {
  static std::string read(std::string_view text, T& out) {
    return detail::read_text(text, &out, detail::json_type_of<T, detail::json_use::read>);
  }
};

}  // namespace weft
