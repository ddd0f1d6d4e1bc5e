#pragma once

#include <weft/web/json/time.hpp>
#include <weft/web/json/type.hpp>

#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace weft {
namespace detail {

/// A type that is only written needs no functions for reading, and the other way round.
enum class json_use : unsigned char { read, write };

template <class T>
inline constexpr bool is_json_vector = false;
template <class T, class A>
inline constexpr bool is_json_vector<std::vector<T, A>> = !std::same_as<T, bool>;
template <class T>
inline constexpr bool is_json_fixed = false;
template <class T, std::size_t N>
inline constexpr bool is_json_fixed<std::array<T, N>> = N > 0;
// By shape, so that <map> and <unordered_map> cost only those who use them.
template <class T>
inline constexpr bool is_json_map = requires(T& map, typename T::mapped_type& value) {
  requires std::same_as<typename T::key_type, std::string>;
  { map.try_emplace(std::string()).first->second } -> std::same_as<decltype(value)>;
};
template <class T>
inline constexpr bool is_json_optional = false;
template <class T>
inline constexpr bool is_json_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_json_variant = false;
template <class... T>
inline constexpr bool is_json_variant<std::variant<T...>> = true;

template <class T>
inline constexpr bool is_json_character =
    std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
consteval json_kind json_kind_of() {
  using enum json_kind;
  if constexpr (std::same_as<T, bool>) return boolean;
  else if constexpr (std::integral<T>) return is_json_character<T> ? none : integer;
  else if constexpr (std::same_as<T, double> || std::same_as<T, float>) return floating;
  else if constexpr (std::same_as<T, std::string>) return string;
  else if constexpr (std::same_as<T, std::string_view>) return string_view;
  else if constexpr (std::same_as<T, std::monostate>) return null;
  else if constexpr (is_json_time<T>) return date_time;
  else if constexpr (std::same_as<T, std::chrono::year_month_day>) return date;
  else if constexpr (is_json_vector<T> || is_json_fixed<T>) return array;
  else if constexpr (is_json_map<T>) return map;
  else if constexpr (is_json_optional<T>) return optional;
  else if constexpr (is_json_variant<T>) return variant;
  else if constexpr (std::is_enum_v<T>)
    return boost::describe::has_describe_enumerators<T>::value ? enumeration : none;
  else if constexpr (std::is_class_v<T> && !std::is_const_v<T>)
    return boost::describe::has_describe_members<T>::value ? object : none;
  else return none;
}

template <class T, json_use Use>
struct json_support {
  static constexpr json_kind kind = json_kind_of<T>();
  static constexpr bool value =
      kind != json_kind::none && (Use == json_use::write || kind != json_kind::string_view);
};
// Wrappers are as good as what they wrap. Members of a described type are looked at only when the
// type is used, so that a type may contain itself.
template <class T, class A, json_use Use>
struct json_support<std::vector<T, A>, Use> {
  static constexpr bool value = !std::same_as<T, bool> && json_support<T, Use>::value;
};
template <class T, std::size_t N, json_use Use>
struct json_support<std::array<T, N>, Use> {
  static constexpr bool value = N > 0 && json_support<T, Use>::value;
};
template <class T, json_use Use>
  requires is_json_map<T>
struct json_support<T, Use> : json_support<typename T::mapped_type, Use> {};
template <class T, json_use Use>
struct json_support<std::optional<T>, Use> : json_support<T, Use> {};
template <class... T, json_use Use>
struct json_support<std::variant<T...>, Use> {
  static constexpr bool value = (json_support<T, Use>::value && ...);
};

}  // namespace detail

/// A type that parse_json() can fill: bool, integers, float, double, std::string, times of the
/// system's clock, dates, described enums and structs, and std::vector, array, map, optional and
/// variant of such. std::vector<bool> is not among them: its elements have no address.
template <class T>
concept json_readable = detail::json_support<T, detail::json_use::read>::value;

/// A type that write_json() can write: what can be read, and std::string_view.
template <class T>
concept json_writable = detail::json_support<T, detail::json_use::write>::value;

}  // namespace weft
