#pragma once

#include <weft/web/json/type.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
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

}  // namespace detail

/// What a described type demands of a document beyond the types of its members.
///
/// Without rules every member is required, except those of type std::optional, and unknown keys
/// are ignored. A function `json_rules` beside the type changes that; the rules of described bases
/// apply too. A rule for a std::optional member holds for the value in it.
///
///     inline void json_rules(weft::rules_for<order_line>& line) {
///       line.range(&order_line::quantity, 1, 1000);
///       line.optional(&order_line::note);
///     }
///
/// @example tests/unit/web/json/rules_test.cpp:rules
template <class T>
class rules_for {
public:
  explicit rules_for(detail::json_members& members, std::size_t shift = 0) noexcept
      : members_(members), shift_(shift) {}

  /// May be absent: the member then keeps what its initialiser gave it.
  template <class... Members, class... Classes>
  void optional(Members Classes::*... members) {
    (members_.optional(offset(members)), ...);
  }

  /// Every member of T, those of its bases included, may be absent.
  void all_optional() { members_.all_optional(shift_, shift_ + sizeof(T)); }

  /// A key that is no member's name is an issue. Of a base, it holds for the whole object.
  void refuse_unknown() { members_.refuse_unknown(); }

  /// The number lies between `low` and `high`, both included.
  template <class Member, class Class>
  void range(Member Class::*member, typename detail::json_value_of<Member>::type low,
             typename detail::json_value_of<Member>::type high) {
    using number = typename detail::json_value_of<Member>::type;
    static_assert(std::is_arithmetic_v<number> && !std::same_as<number, bool>,
                  "range() is for numbers; size() is for strings, vectors and maps");
    if constexpr (std::is_floating_point_v<number>)
      members_.range(offset(member), static_cast<double>(low), static_cast<double>(high));
    else members_.range(offset(member), bits(low), bits(high));
  }

  /// Characters of a string, items of a vector, entries of a map: between both, included.
  template <class Member, class Class>
  void size(Member Class::*member, std::size_t least, std::size_t most) {
    static_assert(
        requires(typename detail::json_value_of<Member>::type value) { value.size(); },
        "size() is for strings, vectors and maps; range() is for numbers");
    members_.size(offset(member), least, most);
  }

private:
  template <class Member, class Class>
  std::size_t offset(Member Class::*member) const {
    static_assert(std::derived_from<T, Class>, "a rule names a member of another type");
    return shift_ + detail::json_offset<T>(member);
  }

  template <std::integral I>
  static constexpr std::uint64_t bits(I value) noexcept {
    if constexpr (std::signed_integral<I>)
      return std::bit_cast<std::uint64_t>(static_cast<std::int64_t>(value));
    else return value;
  }

  detail::json_members& members_;
  std::size_t shift_;
};

}  // namespace weft
