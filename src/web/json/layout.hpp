#pragma once

#include <weft/web/json/type.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weft::detail {

/// A name of at most 16 bytes, and a mask of the bytes that count: a key is compared by two words
/// instead of a call. A longer name has no size here, so that no key is like it.
struct json_short_name {
  std::size_t size = static_cast<std::size_t>(-1);
  std::array<std::uint64_t, 2> words{};
  std::array<std::uint64_t, 2> mask{};
};

struct json_member {
  std::string_view name;
  json_short_name short_name;
  const json_type* type = nullptr;
  std::size_t offset = 0;
  std::size_t mark_word = 0;  ///< where the member's mark is among the marks of a type,
  std::uint64_t mark = 0;     ///< and its bit
  json_bounds bounds;         ///< of the type, narrowed by the rules
  /// `{"name":` for the first member, `,"name":` for the others; json_piece_block bytes can be
  /// copied from its start whatever its length is.
  std::string_view piece;
  int next_of_length = -1;  ///< the next member whose name has the same length
  bool is_required = true;
  bool has_own_name = false;  ///< by a rule
  bool omits_null = false;
  std::string_view description;  ///< for people
};

/// A bit a member, and one more.
using json_marks = std::array<std::uint64_t, json_most_members / 64 + 1>;

struct json_enumerator {
  std::string_view name;
  std::uint64_t value;  ///< sign-extended
};

/// What a rule says in the words of JSON Schema: `"multipleOf": 5`.
struct json_keyword {
  const char* name = nullptr;  ///< null where there is none for it
  std::string text;            ///< a number or a literal as it stands, or a string without quotes
  bool is_string = false;
};

/// A rule that is looked at when the object is complete.
struct json_check {
  std::size_t member;         ///< whose rule it is, or who is at fault
  unsigned depth = 0;         ///< so many lists deep are the values that it is about
  bool is_of_object = false;  ///< it looks at the object, and only where nothing else is wrong
  /// Completes the sentence "the value ...", or is empty where the value is good.
  std::function<std::string(const void* value)> wrong;
  json_keyword keyword{};
};

inline constexpr std::size_t json_piece_block = 16;

/// The members of one described type, completed once at run time: offsets are no constants.
struct json_layout {
  static constexpr std::size_t longest_listed = 31;

  std::vector<json_member> members;
  const json_member* end = nullptr;  ///< of the members
  std::vector<json_enumerator> enumerators;
  /// The mark behind those of the members is there where the type has checks: no member sets it, so
  /// that the reader comes to look at them on the way that it has for absent members.
  json_marks required{};
  std::vector<json_check> checks;
  /// First member with a name of that length; all longer names share the last list.
  std::array<int, longest_listed + 1> first_of_length;
  bool refuses_unknown = false;
  bool omits_null = false;  ///< one of its members does
  /// The first member says which type this is. It takes one value only, and no room.
  bool has_tag = false;
  std::string pieces;
  std::deque<std::string> names;  ///< those that are not the members' own, and descriptions
  std::string description;        ///< of the type, for people
  /// Types that rules have made.
  std::deque<json_type> types;
  std::deque<json_optional_ops> optionals;
  std::deque<json_array_ops> arrays;
  std::deque<json_map_ops> maps;
  std::string tag_name;
  std::string tag_value;
  std::unique_ptr<json_layout> tag_layout;

  const json_member* find(std::string_view name) const noexcept;
  const json_enumerator* find_enumerator(std::string_view name) const noexcept;
  const json_enumerator* find_enumerator(std::uint64_t value) const noexcept;
  /// @throws std::logic_error  there is none
  json_member& member_at(std::size_t offset);
};

/// What a rule for a member of that type is about: of an optional, the value in it.
inline const json_type& held_type_of(const json_type& type) noexcept {
  return type.kind == json_kind::optional ? held_type_of(*type.optional->item) : type;
}

const json_layout& build_layout(const json_type& type);

inline const json_layout& layout_of(const json_type& type) {
  // Pairs with the release in build_layout(): the layout is complete before it can be seen.
  const json_layout* layout = type.layout.load(std::memory_order_acquire);
  return layout != nullptr ? *layout : build_layout(type);
}

}  // namespace weft::detail
