#pragma once

#include <weft/web/json/concepts.hpp>
#include <weft/web/json/rules.hpp>
#include <weft/web/json/time.hpp>
#include <weft/web/json/type.hpp>

#include <boost/describe/bases.hpp>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>

namespace weft::detail {

template <class T, json_use Use>
constexpr json_type make_json_type();

template <class T, json_use Use>
inline constinit const json_type json_type_of = make_json_type<T, Use>();

template <class T, json_use Use>
constexpr void require_json_support() {
  static_assert(!is_json_duration<T>,
                "weft does not read or write durations: a number says nothing of its unit, so give "
                "the member a number type and the unit in its name (timeout_ms)");
  if constexpr (Use == json_use::read)
    static_assert(json_readable<T>,
                  "weft cannot read this type from JSON: describe it with BOOST_DESCRIBE_STRUCT or "
                  "BOOST_DESCRIBE_ENUM, in its own namespace and before its first use");
  else
    static_assert(json_writable<T>,
                  "weft cannot write this type as JSON: describe it with BOOST_DESCRIBE_STRUCT or "
                  "BOOST_DESCRIBE_ENUM, in its own namespace and before its first use");
}

template <class T, json_use Use>
struct json_array_table {
  using item = typename T::value_type;

  static void clear(void* array) {
    if constexpr (is_json_vector<T>) static_cast<T*>(array)->clear();
  }
  static void* append(void* array, std::size_t index) {
    T& items = *static_cast<T*>(array);
    if constexpr (is_json_fixed<T>) return index < items.size() ? &items[index] : nullptr;
    else {
      // Half a kilobyte at first: most lists then never move their elements.
      if (items.capacity() == 0) items.reserve(sizeof(item) < 512 ? 512 / sizeof(item) : 1);
      return &items.emplace_back();
    }
  }
  static json_array_ops::elements view(const void* array) {
    const T& items = *static_cast<const T*>(array);
    return {items.data(), items.size()};
  }

  static constexpr json_array_ops make() {
    json_array_ops table{&json_type_of<item, Use>, sizeof(item), 0, nullptr, nullptr, nullptr};
    if constexpr (is_json_fixed<T>) table.fixed_size = std::tuple_size_v<T>;
    table.view = &view;
    if constexpr (Use == json_use::read) {
      table.clear = &clear;
      table.append = &append;
    }
    return table;
  }
  static constexpr json_array_ops ops = make();
};

template <class T, json_use Use>
struct json_map_table {
  static void clear(void* map) { static_cast<T*>(map)->clear(); }
  static json_map_ops::entry insert(void* map, std::string_view key) {
    const auto [place, is_new] = static_cast<T*>(map)->try_emplace(std::string(key));
    return {&place->first, &place->second, is_new};
  }
  static void erase(void* map, std::string_view key) {
    static_cast<T*>(map)->erase(std::string(key));
  }
  static void visit(const void* map, void* context, json_map_ops::visitor visit) {
    for (const auto& [key, value] : *static_cast<const T*>(map)) visit(context, key, &value);
  }

  static constexpr json_map_ops make() {
    json_map_ops table{&json_type_of<typename T::mapped_type, Use>, nullptr, nullptr, nullptr,
                       nullptr};
    table.visit = &visit;
    if constexpr (Use == json_use::read) {
      table.clear = &clear;
      table.insert = &insert;
      table.erase = &erase;
    }
    return table;
  }
  static constexpr json_map_ops ops = make();
};

template <class T, json_use Use>
struct json_optional_table {
  static void clear(void* optional) { static_cast<T*>(optional)->reset(); }
  static void* emplace(void* optional) { return &static_cast<T*>(optional)->emplace(); }
  static const void* view(const void* optional) {
    const T& value = *static_cast<const T*>(optional);
    return value ? &*value : nullptr;
  }

  static constexpr json_optional_ops make() {
    json_optional_ops table{&json_type_of<typename T::value_type, Use>, nullptr, nullptr, nullptr};
    table.view = &view;
    if constexpr (Use == json_use::read) {
      table.clear = &clear;
      table.emplace = &emplace;
    }
    return table;
  }
  static constexpr json_optional_ops ops = make();
};

template <class T, json_use Use>
struct json_variant_table;

template <class... T, json_use Use>
struct json_variant_table<std::variant<T...>, Use> {
  using variant = std::variant<T...>;

  template <class... Kind>
  static constexpr std::size_t alternatives_of(Kind... kinds) {
    const auto is_one = [=](json_kind kind) { return ((kind == kinds) || ...); };
    return ((is_one(json_kind_of<T>()) ? 1U : 0U) + ... + 0U);
  }
  /// Whether an alternative may have a tag. Whether it has one is seen at its first use.
  template <class Alternative>
  static constexpr bool may_have_tag =
      json_kind_of<Alternative>() != json_kind::object ||
      requires(rules_for<Alternative>& rules) { json_rules(rules); };
  static constexpr bool is_told_apart =
      alternatives_of(json_kind::boolean) <= 1 && alternatives_of(json_kind::integer) <= 1 &&
      alternatives_of(json_kind::floating) <= 1 &&
      alternatives_of(json_kind::string, json_kind::enumeration, json_kind::date_time,
                      json_kind::date) <= 1 &&
      (alternatives_of(json_kind::object, json_kind::map) <= 1 ||
       (alternatives_of(json_kind::map) == 0 && (may_have_tag<T> && ...))) &&
      alternatives_of(json_kind::array) <= 1 &&
      alternatives_of(json_kind::optional, json_kind::variant) == 0;
  static_assert(Use == json_use::write || is_told_apart,
                "weft reads a variant by the kind of the value in the text: at most one "
                "alternative each may be a bool, an integer, a floating point number, a string, "
                "enum or time, an object or map, and an array; none an optional or another "
                "variant. Several described structs need a tag each: rules.tag() in json_rules");

  template <std::size_t... I>
  static void* emplace_at(variant& value, std::size_t index, std::index_sequence<I...>) {
    void* place = nullptr;
    ((index == I ? void(place = &value.template emplace<I>()) : void()), ...);
    return place;
  }
  static void* emplace(void* value, std::size_t index) {
    return emplace_at(*static_cast<variant*>(value), index, std::index_sequence_for<T...>());
  }
  static std::size_t index(const void* value) {
    return static_cast<const variant*>(value)->index();
  }
  static const void* view(const void* value) {
    return std::visit([](const auto& held) -> const void* { return &held; },
                      *static_cast<const variant*>(value));
  }

  static constexpr const json_type* items[] = {&json_type_of<T, Use>...};
  static constexpr json_variant_ops make() {
    json_variant_ops table{items, sizeof...(T), nullptr, nullptr, nullptr};
    if constexpr (Use == json_use::read) {
      table.emplace = &emplace;
    } else {
      table.index = &index;
      table.view = &view;
    }
    return table;
  }
  static constexpr json_variant_ops ops = make();
};

template <class T>
void apply_json_rules(json_members& members, std::size_t shift) {
  rules_for<T> rules(members, shift);
  if constexpr (requires { json_rules(rules); }) json_rules(rules);
}

template <class T, class Derived>
std::size_t json_base_offset() {
  alignas(Derived) unsigned char storage[sizeof(Derived)];
  const auto* object = reinterpret_cast<const Derived*>(storage);
  const auto* base = reinterpret_cast<const unsigned char*>(static_cast<const T*>(object));
  return static_cast<std::size_t>(base - storage);
}

template <class T>
void apply_all_json_rules(json_members& members, std::size_t shift) {
  const auto apply_bases = [&]<template <class...> class List, class... Base>(List<Base...>) {
    (apply_all_json_rules<typename Base::type>(members,
                                               shift + json_base_offset<typename Base::type, T>()),
     ...);
  };
  apply_bases(boost::describe::describe_bases<T, boost::describe::mod_public>());
  apply_json_rules<T>(members, shift);
}

template <class T>
void show_initial_object(void* context, json_object_look look) {
  const T object{};
  look(context, &object);
}

template <class T, json_use Use>
void describe_json_object(json_members& members) {
  const auto add = [&]<class Pointer, class Class>(const char* name, Pointer Class::*pointer) {
    require_json_support<Pointer, Use>();
    members.add(name, json_offset<T>(pointer), json_type_of<Pointer, Use>);
  };
  const auto add_all = [&]<template <class...> class List, class... Member>(List<Member...>) {
    static_assert(sizeof...(Member) <= json_most_members, "weft binds at most 126 members a type");
    (add(Member::name, Member::pointer), ...);
  };
  using namespace boost::describe;
  add_all(describe_members<T, mod_public | mod_inherited>());
  apply_all_json_rules<T>(members, 0);
}

template <class T>
void describe_json_enum(json_members& members) {
  const auto add_all = [&]<template <class...> class List, class... Entry>(List<Entry...>) {
    (members.add_enumerator(Entry::name, static_cast<std::uint64_t>(
                                             static_cast<std::underlying_type_t<T>>(Entry::value))),
     ...);
  };
  add_all(boost::describe::describe_enumerators<T>());
}

template <class I>
constexpr json_bounds json_bounds_of() {
  json_bounds bounds;
  bounds.low = static_cast<std::uint64_t>(std::numeric_limits<I>::min());
  bounds.high = static_cast<std::uint64_t>(std::numeric_limits<I>::max());
  return bounds;
}

template <class T, json_use Use>
constexpr json_type make_json_type() {
  require_json_support<T, Use>();
  constexpr auto kind = json_kind_of<T>();
  using enum json_kind;
  if constexpr (kind == integer)
    return {.kind = kind,
            .width = sizeof(T),
            .is_signed = std::signed_integral<T>,
            .bounds = json_bounds_of<T>()};
  else if constexpr (kind == floating) return {.kind = kind, .width = sizeof(T)};
  else if constexpr (kind == enumeration)
    return {.kind = kind,
            .width = sizeof(T),
            .is_signed = std::signed_integral<std::underlying_type_t<T>>,
            .describe = &describe_json_enum<T>,
            .id = &typeid(T)};
  else if constexpr (kind == object && Use == json_use::read && std::default_initializable<T>)
    return {.kind = kind,
            .describe = &describe_json_object<T, Use>,
            .id = &typeid(T),
            .show_initial = &show_initial_object<T>};
  else if constexpr (kind == object)
    return {.kind = kind, .describe = &describe_json_object<T, Use>, .id = &typeid(T)};
  else if constexpr (kind == array) return {.kind = kind, .array = &json_array_table<T, Use>::ops};
  else if constexpr (kind == map) return {.kind = kind, .map = &json_map_table<T, Use>::ops};
  else if constexpr (kind == optional)
    return {.kind = kind, .optional = &json_optional_table<T, Use>::ops};
  else if constexpr (kind == variant)
    return {.kind = kind, .variant = &json_variant_table<T, Use>::ops};
  else if constexpr (kind == date_time) return {.kind = kind, .time = &json_time_table<T>::ops};
  else return {.kind = kind};
}

}  // namespace weft::detail
