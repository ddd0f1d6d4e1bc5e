#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>

namespace weft {
namespace detail {

template <class Optional>
struct json_value_of {
  using type = Optional;
};
template <class Value>
struct json_value_of<std::optional<Value>> {
  using type = Value;
};

/// Where a member lies in T, or in a base of T.
template <class T, class Member, class Class>
std::size_t json_offset(Member Class::*member) {
  alignas(T) unsigned char storage[sizeof(T)];
  const auto* object = reinterpret_cast<const T*>(storage);
  const auto* place = reinterpret_cast<const unsigned char*>(std::addressof(object->*member));
  return static_cast<std::size_t>(place - storage);
}

/// The items of the list that `list` names.
template <class List>
struct items_of {
  List list;
};

template <class List>
struct json_item_of {
  static_assert(
      requires { typename List::value_type; } && !std::is_convertible_v<List, const char*>,
      "each() is for vectors, arrays and maps");
  using type = typename List::value_type;
};
template <class List>
  requires requires { typename List::mapped_type; }
struct json_item_of<List> {
  using type = typename List::mapped_type;
};

/// What a rule is about: a member, or the items of one.
template <class Place>
struct rule_place;

template <class Member, class Class>
struct rule_place<Member Class::*> {
  using value = typename json_value_of<Member>::type;
  using owner = Class;
  static constexpr unsigned depth = 0;
  static constexpr Member Class::*member_of(Member Class::*member) noexcept { return member; }
};

template <class List>
struct rule_place<items_of<List>> {
  using list = rule_place<List>;
  using value = typename json_value_of<typename json_item_of<typename list::value>::type>::type;
  using owner = typename list::owner;
  static constexpr unsigned depth = list::depth + 1;
  static constexpr auto member_of(items_of<List> items) noexcept {
    return list::member_of(items.list);
  }
};

/// The value that a rule for that place holds for; of a std::optional the value in it.
template <class Place>
using rule_value = typename rule_place<Place>::value;

}  // namespace detail

/// In rules: not the list itself, but each of its items, or each value of a map.
///
///     order.size(weft::each(&order::tags), 1, 20);
template <class Member, class Class>
constexpr detail::items_of<Member Class::*> each(Member Class::*list) noexcept {
  return {list};
}
/// The items of lists in a list.
template <class List>
constexpr detail::items_of<detail::items_of<List>> each(detail::items_of<List> lists) noexcept {
  return {lists};
}

}  // namespace weft
