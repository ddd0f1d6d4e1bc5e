#pragma once

#include <weft/web/json/rule_place.hpp>
#include <weft/web/json/type.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

namespace weft {

namespace detail {

template <class Number>
concept json_number = std::is_arithmetic_v<Number> && !std::same_as<Number, bool>;

template <class Value>
consteval bool holds_json_integers() {
  if constexpr (std::integral<Value>) return !std::same_as<Value, bool>;
  else if constexpr (!std::same_as<Value, typename json_value_of<Value>::type>)
    return holds_json_integers<typename json_value_of<Value>::type>();
  else if constexpr (requires { typename Value::value_type; } && !std::same_as<Value, std::string>)
    return holds_json_integers<typename json_item_of<Value>::type>();
  else return false;
}

template <class Value>
constexpr auto json_rule_bits(Value value) noexcept {
  if constexpr (std::is_enum_v<Value>)
    return json_rule_bits(static_cast<std::underlying_type_t<Value>>(value));
  else if constexpr (std::is_floating_point_v<Value>) return static_cast<double>(value);
  else if constexpr (std::signed_integral<Value>)
    return std::bit_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  else return static_cast<std::uint64_t>(value);
}

/// How one_of() takes its values.
template <class Value>
using json_choice = std::conditional_t<std::same_as<Value, std::string>, std::string_view, Value>;

template <class Value>
bool json_less(const void* left, const void* right) {
  return *static_cast<const Value*>(left) < *static_cast<const Value*>(right);
}

template <class Value>
json_predicate json_predicate_of(bool (*holds)(const Value&)) {
  return {reinterpret_cast<void (*)()>(holds), [](void (*function)(), const void* value) {
            return reinterpret_cast<bool (*)(const Value&)>(function)(
                *static_cast<const Value*>(value));
          }};
}

}  // namespace detail

/// What a described type demands of a document beyond the types of its members, for JSON, queries
/// and forms alike.
///
/// Without rules every member is required, except those of type std::optional, and unknown keys
/// are ignored. A function `json_rules` beside the type changes that; the rules of described bases
/// apply too. A rule for a std::optional member holds for the value in it, and no rule for a
/// member that is absent: an initialiser is the author's own.
///
///     inline void json_rules(weft::rules_for<order_line>& line) {
///       line.range(&order_line::quantity, 1, 1000);
///       line.optional(&order_line::note);
///       line.size(weft::each(&order_line::tags), 1, 20);
///     }
///
/// The function runs once, when the type is first met. Where it makes no sense (a pattern that is
/// none, a member that is not described) that first use throws std::logic_error.
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

  // How the type looks in the text. This holds for reading and for writing.

  /// The members of T, those of its bases included, have names in another style.
  void names(naming style) { members_.names(shift_, shift_ + sizeof(T), style); }
  /// A member's own name; no style changes it.
  template <class Member, class Class>
  void name(Member Class::*member, std::string_view name) {
    members_.name(offset(member), name);
  }
  /// Every object has a member of that name first, and this is its value: what tells T from the
  /// other alternatives of a std::variant.
  void tag(std::string_view name, std::string_view value) { members_.tag(name, value); }
  /// An empty std::optional is left out and not written as null.
  void omit_null() { members_.omit_null(shift_, shift_ + sizeof(T)); }
  template <class Member, class Class>
  void omit_null(Member Class::*member) {
    static_assert(!std::same_as<Member, typename detail::json_value_of<Member>::type>,
                  "omit_null() is for members of type std::optional");
    members_.omit_null(offset(member), offset(member) + 1);
  }
  /// The integers of that member are written as strings, for readers whose numbers are doubles and
  /// end at 2^53. Both a string and a number are read.
  template <class Member, class Class>
  void as_text(Member Class::*member) {
    static_assert(detail::holds_json_integers<Member>(),
                  "as_text() is for integers, and for optionals, vectors, arrays and maps of them");
    members_.as_text(offset(member));
  }

  /// What the type stands for, in the OpenAPI document: a sentence or more.
  void describe(std::string_view text) { members_.describe_type(text); }
  /// What a member stands for.
  template <class Member, class Class>
  void describe(Member Class::*member, std::string_view text) {
    members_.describe(offset(member), text);
  }

  // What values are good.

  /// The number lies between `low` and `high`, both included.
  template <class Place>
  void range(Place place, detail::rule_value<Place> low, detail::rule_value<Place> high) {
    at_least(place, low);
    at_most(place, high);
  }
  template <class Place>
  void at_least(Place place, detail::rule_value<Place> low) {
    require_number<Place>();
    members_.at_least(at(place), detail::json_rule_bits(low));
  }
  template <class Place>
  void at_most(Place place, detail::rule_value<Place> high) {
    require_number<Place>();
    members_.at_most(at(place), detail::json_rule_bits(high));
  }
  /// A floating-point number that is no bound itself: a price above 0.
  template <class Place>
  void above(Place place, detail::rule_value<Place> low) {
    static_assert(std::is_floating_point_v<detail::rule_value<Place>>,
                  "above() is for floating-point numbers; for integers say at_least()");
    members_.above(at(place), static_cast<double>(low));
  }
  template <class Place>
  void below(Place place, detail::rule_value<Place> high) {
    static_assert(std::is_floating_point_v<detail::rule_value<Place>>,
                  "below() is for floating-point numbers; for integers say at_most()");
    members_.below(at(place), static_cast<double>(high));
  }
  /// The number is a whole number of steps, reckoned in decimals: 0.3 is three times 0.1.
  template <class Place>
  void multiple_of(Place place, detail::rule_value<Place> step) {
    require_number<Place>();
    members_.multiple_of(at(place), detail::json_rule_bits(step));
  }

  /// Characters (code points) of a string, items of a vector, entries of a map, bytes of an upload:
  /// between both, included.
  template <class Place>
  void size(Place place, std::size_t least,
            std::size_t most = std::numeric_limits<std::size_t>::max()) {
    static_assert(
        requires(detail::rule_value<Place> value) { value.size(); },
        "size() is for strings, vectors and maps; range() is for numbers");
    members_.size(at(place), least, most);
  }
  /// No two items of a vector or an array are the same. They need a `<`.
  template <class Place>
  void unique(Place place) {
    using item = typename detail::json_item_of<detail::rule_value<Place>>::type;
    static_assert(
        requires(const item& value) { value < value; } && std::totally_ordered<item>,
        "unique() is for vectors and arrays of what can be compared by <");
    members_.unique(at(place), &detail::json_less<item>);
  }

  /// The whole text is like the regular expression. It becomes a table once, and a text is then
  /// looked at once, character by character: no text takes long.
  ///
  /// Characters, `.` (any but line ends), `[a-z]`, `[^a-z]`, `\d \w \s` and `\D \W \S` (ASCII),
  /// `\n \r \t \f \v \xHH \uHHHH`, groups, `|`, `* + ? {n} {n,} {n,m}`; `^` in front and `$` at the
  /// end say what holds anyway. Nothing looks around, behind or back, and a pattern whose table
  /// would be large is refused.
  template <class Place>
  void pattern(Place place, std::string_view expression) {
    require_text<Place>();
    members_.pattern(at(place), expression);
  }
  /// An address as `<input type=email>` takes it, whose host has a dot: ASCII, without a name or
  /// comments. Whether mail arrives there only a mail tells.
  template <class Place>
  void email(Place place) {
    require_text<Place>();
    members_.email(at(place));
  }
  /// An absolute http or https URL with a host. @source RFC 3986
  template <class Place>
  void url(Place place) {
    require_text<Place>();
    members_.url(at(place));
  }
  /// One of these strings, integers or enumerators.
  template <class Place>
  void one_of(Place place,
              std::initializer_list<detail::json_choice<detail::rule_value<Place>>> values) {
    using value = detail::rule_value<Place>;
    static_assert(std::same_as<value, std::string> || std::integral<value> || std::is_enum_v<value>,
                  "one_of() is for strings, integers and enums");
    if constexpr (std::same_as<value, std::string>) {
      for (const auto choice : values) members_.one_of(at(place), choice);
    } else {
      for (const auto choice : values) members_.one_of(at(place), detail::json_rule_bits(choice));
    }
  }

  /// A rule of your own: a function without captures that takes the value, or the whole object and
  /// then runs only where nothing else is wrong with it. `place` names what is at fault.
  /// @param message  completes the sentence "the value ...": "must be after the start"
  template <class Place, class Function>
  void check(Place place, Function holds, std::string_view message) {
    using value = detail::rule_value<Place>;
    if constexpr (std::is_invocable_r_v<bool, Function, const value&>) {
      members_.check(at(place), predicate<value>(holds), message);
    } else {
      static_assert(std::is_invocable_r_v<bool, Function, const T&>,
                    "check() needs a function without captures that takes the member's value, or "
                    "the whole object, as a const reference, and returns bool");
      static_assert(detail::rule_place<Place>::depth == 0,
                    "a check of the whole object names a member, not its items");
      members_.check_object(at(place), shift_, predicate<T>(holds), message);
    }
  }

private:
  template <class Value, class Function>
  static detail::json_predicate predicate(Function holds) {
    static_assert(std::is_convertible_v<Function, bool (*)(const Value&)>,
                  "check() needs a function without captures");
    return detail::json_predicate_of<Value>(holds);
  }
  template <class Place>
  static constexpr void require_number() {
    static_assert(detail::json_number<detail::rule_value<Place>>,
                  "range() and its like are for numbers; size() is for strings, vectors and maps");
  }
  template <class Place>
  static constexpr void require_text() {
    static_assert(std::same_as<detail::rule_value<Place>, std::string>,
                  "pattern(), email() and url() are for std::string");
  }

  template <class Member, class Class>
  std::size_t offset(Member Class::*member) const {
    static_assert(std::derived_from<T, Class>, "a rule names a member of another type");
    return shift_ + detail::json_offset<T>(member);
  }
  template <class Place>
  detail::json_place at(Place place) const {
    using known = detail::rule_place<Place>;
    return {offset(known::member_of(place)), known::depth};
  }

  detail::json_members& members_;
  std::size_t shift_;
};

}  // namespace weft
