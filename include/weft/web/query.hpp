#pragma once

#include <weft/web/extractor.hpp>
#include <weft/web/json/describe.hpp>

#include <boost/describe/members.hpp>

#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// What is asked for under one name.
struct query_slot {
  std::string_view name;
  bool required;
  bool repeated;
  text_reader read;  ///< into the value, or into one more item of a vector
};

/// @return false where something was rejected with a 400
bool read_query(context& ctx, const query_slot& slot, void* out);
bool read_query(context& ctx, const json_type& type, void* out);

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

template <class T>
std::string read_item(std::string_view text, void* out) {
  return read_as<typename T::value_type>(text, &static_cast<T*>(out)->emplace_back());
}

template <class T>
constexpr text_reader query_reader_of() {
  if constexpr (is_vector<T>) return &read_item<T>;
  else return &read_value<T>;
}

template <class T>
struct query_item : value_type_of<T> {};
template <class T>
struct query_item<std::vector<T>> {
  using type = T;
};

template <class T>
inline constexpr bool fits_query = is_text_scalar<typename query_item<T>::type>;

template <class T>
consteval bool all_members_fit_query() {
  using namespace boost::describe;
  if constexpr (!has_describe_members<T>::value) return false;
  else
    return []<template <class...> class List, class... Member>(List<Member...>) {
      return (fits_query<std::remove_cvref_t<decltype(std::declval<T&>().*Member::pointer)>> &&
              ...);
    }(describe_members<T, mod_public | mod_inherited>());
}

}  // namespace detail

/// The query as a described struct: every member is the parameter of its name.
///
/// The rules of JSON hold (weft::rules_for): a member is required unless it is a std::optional or
/// json_rules says so, ranges and sizes apply. A std::vector takes every occurrence and may be
/// empty; any other parameter that comes twice is an error, and unknown ones are ignored. Whatever
/// is wrong is told at once in one 400.
/// @example tests/unit/web/extractor_test.cpp:query
template <class T>
class query : public detail::extracted<T> {
  static_assert(
      detail::all_members_fit_query<T>(),
      "weft: query<T> needs a struct described with BOOST_DESCRIBE_STRUCT, whose members "
      "are strings, numbers, bools, dates, described enums, or std::optional or std::vector of "
      "these; a single parameter is query_value<\"name\", T>");

public:
  using detail::extracted<T>::extracted;

  static std::optional<query> extract(context& ctx) {
    T value{};
    const auto& type = detail::json_type_of<T, detail::json_use::read>;
    if (!detail::read_query(ctx, type, &value)) return std::nullopt;
    return query(std::move(value));
  }
  static void describe(operation& op) { op.query(detail::json_type_of<T, detail::json_use::read>); }
};

/// One query parameter: query_value<"page", int>, with a default query_value<"page", int, 1>.
///
/// Without a default it is required, unless T is a std::optional or a std::vector.
template <detail::fixed_string Name, class T = std::string, auto... Default>
class query_value : public detail::extracted<T> {
  static_assert(text_readable<typename detail::query_item<T>::type>,
                "weft: query_value<\"name\", T> needs a T that can be read from text, or a "
                "std::optional or std::vector of one");
  static_assert(sizeof...(Default) <= 1, "weft: query_value takes one default");

public:
  using detail::extracted<T>::extracted;

  static std::optional<query_value> extract(context& ctx) {
    static constexpr detail::query_slot slot{Name.view(), is_required, detail::is_vector<T>,
                                             detail::query_reader_of<T>()};
    T value = T(Default...);
    if (!detail::read_query(ctx, slot, &value)) return std::nullopt;
    return query_value(std::move(value));
  }
  static void describe(operation& op) {
    detail::describe_parameter<T, Default...>(op, operation::place::query, Name.view(),
                                              is_required);
  }

private:
  static constexpr bool is_required =
      sizeof...(Default) == 0 && !detail::is_optional<T> && !detail::is_vector<T>;
};

}  // namespace weft
