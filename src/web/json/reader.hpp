#pragma once

#include "layout.hpp"
#include "tag_finder.hpp"
#include "values.hpp"

#include <weft/web/json/outcome.hpp>
#include <weft/web/json/parse.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::detail {

/// @param key  16 bytes can be read from there
inline bool starts_with(const char* key, const json_short_name& name) noexcept {
  std::array<std::uint64_t, 2> words;
  std::memcpy(words.data(), key, sizeof words);
  return (((words[0] ^ name.words[0]) & name.mask[0]) |
          ((words[1] ^ name.words[1]) & name.mask[1])) == 0;
}

/// What the reader makes of an object.
enum class reading : unsigned char {
  whole,        ///< of all its members
  patch,        ///< of those that are to change (RFC 7396), into an object that has nothing
  patch_apply,  ///< the same, into the object that changes
};

/// A few kinds.
class json_kinds {
public:
  template <class... Kind>
  explicit constexpr json_kinds(Kind... kinds) noexcept
      : bits_(((1U << static_cast<unsigned>(kinds)) | ... | 0U)) {}
  constexpr bool has(json_kind kind) const noexcept {
    return ((bits_ >> static_cast<unsigned>(kind)) & 1U) != 0;
  }

private:
  unsigned bits_;
};

/// Puts the events of a JSON parser into a typed value.
///
/// `target_` is where the next value goes: set by a key, or by the array that the value stands in.
/// A target without a type takes nothing: the value of an unknown key, or one item too many.
/// An array or object that nobody takes puts a frame of the kind `none` on top, in which no value
/// has a target, and `skipping_` counts what is open in it. Every event returns false once the last
/// issue allowed has been noted; nothing else stops the reader, so a document is always seen to its
/// end, and a syntax error after an issue is still found.
class json_reader {
public:
  json_reader(std::string_view text, void* out, const json_type& type, const json_limits& limits,
              reading how) noexcept
      : target_{&type, out, &type.bounds},
        how_(how),
        text_start_(reinterpret_cast<std::uintptr_t>(text.data())),
        key_starts_(text.size() < sizeof(json_short_name::words)
                        ? 0
                        : text.size() - sizeof(json_short_name::words) + 1),
        limits_(limits),
        tags_(text) {
    frames_[0].kind = json_kind::none;
    frames_[0].patches = how != reading::whole;
    frames_[0].is_new = false;
  }
  json_reader(const json_reader&) = delete;
  json_reader& operator=(const json_reader&) = delete;

  bool begin_object();
  bool end_object();
  bool begin_array();
  bool end_array();

  /// Texts come in one piece, or (with escapes in them) in parts. @param size  of all parts so far
  bool key_part(std::string_view part);
  bool key(std::string_view last, std::size_t size);
  bool string_part(std::string_view part, std::size_t size);
  bool string(std::string_view last, std::size_t size);

  bool integer(std::int64_t value);
  bool large_integer(std::uint64_t value);  ///< beyond the range of std::int64_t
  /// @param text  of the number: `value` alone may be off by a rounding
  bool number(double value, std::string_view text);
  bool boolean(bool value);
  bool null();

  bool is_full() const noexcept { return !issues_.empty() && issues_.size() >= limits_.issues; }
  std::vector<json_issue> take_issues() noexcept { return std::move(issues_); }
  /// The offsets of the members that the document has, where it is an object.
  std::vector<std::size_t> given_members() const;

private:
  struct slot {
    const json_type* type;
    void* object;
    const json_bounds* bounds;
  };

  /// An open object, array or map. Left uninitialised until it is pushed: there is room for 256.
  struct frame {
    json_kind kind;
    bool patches;  ///< objects right in it keep what the document does not name,
    bool is_new;   ///< but were just made, and need all their members
    const json_type* type;
    unsigned char* object;
    // An object.
    const json_layout* layout;
    /// Whose key is expected: documents mostly keep the order. The member before it is the one
    /// whose value is being read.
    const json_member* next;
    json_marks seen;
    // An array or a map.
    std::size_t count;  ///< items or entries begun
    std::size_t least;
    std::size_t most;
    const std::string* map_key;  ///< of the value that is being read
    const json_bounds* good;     ///< of the whole
  };

  bool has_target();
  void next_item();
  bool skip();
  void push(json_kind kind);
  void push_object();
  void push_container(json_kind kind);
  bool pop_container();
  bool pop_patched_map();

  bool is_named(const json_member& member, std::string_view key) const noexcept;
  bool take_member(const json_member& member);
  bool find_key(std::string_view last, std::size_t size);
  bool find_member(std::string_view name);
  bool find_entry(std::string_view name);
  bool unknown_key(std::string_view name);
  bool repeated_key(std::string_view name);

  // Each finds the value inside of optionals and variants, or notes an issue and returns false.
  bool convert(json_kind wanted, json_kinds others = json_kinds());
  void enter_optional(json_kind wanted);
  bool choose(json_kind wanted, json_kinds others, const json_type& asked);
  bool choose_by_tag();
  void enter_alternative(std::size_t index);
  bool convert_object();
  bool convert_text(std::string_view text);
  bool convert_integer(std::int64_t value);
  bool convert_number(double value, std::string_view text);

  bool begin_text();
  bool end_text(std::string_view last);
  bool check_text(const std::string& text);
  bool store_word(std::string_view text);
  bool store_integer(std::int64_t value);
  bool store_floating(double value, std::string_view text);
  bool store_integral(double value);
  template <class Number>
  bool store_nearest(Number number);

  bool issue(std::string message);
  bool issue_at_key(std::string_view key, std::string message);
  bool issue_at(std::string place, std::string message);
  bool out_of_range();
  bool finish_object();
  bool missing_members();
  bool check_rules();
  json_marks good_members() const;
  bool is_wrong(std::string_view pointer) const;
  std::string pointer(const frame* end) const;

  std::array<frame, json_limits::deepest + 1> frames_;
  slot target_;
  const reading how_;
  bool is_new_ = false;       ///< the target, an object, was just made
  bool is_replaced_ = false;  ///< what the target was is gone, so there is nothing to patch
  std::size_t objects_ = 0;   ///< begun so far
  std::size_t skipping_ = 0;
  frame* top_ = frames_.data();  ///< the first is no object: it stands for the document
  const std::uintptr_t text_start_;
  const std::size_t key_starts_;        ///< so many bytes from there, 16 bytes can be read
  std::string* part_target_ = nullptr;  ///< takes the parts of a string; nullptr drops them
  std::string scratch_;                 ///< a key or an enumerator that comes in parts
  const json_limits limits_;
  std::vector<json_issue> issues_;
  tag_finder tags_;
  std::vector<std::pair<const frame*, std::string>> erased_;  ///< keys of open maps that were null
};

inline bool json_reader::has_target() {
  if (top_->kind == json_kind::array) next_item();
  return target_.type != nullptr;
}

inline void json_reader::next_item() {
  const json_array_ops& ops = *top_->type->array;
  const std::size_t index = top_->count++;
  if (index < top_->most) target_ = {ops.item, ops.append(top_->object, index), &ops.item->bounds};
  else target_.type = nullptr;
}

inline void json_reader::push(json_kind kind) {
  const bool patches = top_->patches && !std::exchange(is_replaced_, false);
  const bool is_new = top_->is_new || std::exchange(is_new_, false);
  ++top_;
  top_->kind = kind;
  top_->patches = patches;
  top_->is_new = is_new;
  top_->type = target_.type;
  top_->object = static_cast<unsigned char*>(target_.object);
}

inline bool json_reader::begin_object() {
  ++objects_;
  if (!has_target()) return skip();
  if (target_.type->kind != json_kind::object) return convert_object();
  push_object();
  return true;
}

inline void json_reader::push_object() {
  push(json_kind::object);
  top_->layout = &layout_of(*target_.type);
  top_->next = top_->layout->members.data();
  top_->seen = {};
}

inline bool json_reader::end_object() {
  if (top_->kind != json_kind::object) return end_array();
  std::uint64_t missing = 0;
  for (std::size_t i = 0; i != top_->seen.size(); ++i)
    missing |= top_->layout->required[i] & ~top_->seen[i];
  const bool go_on = missing == 0 || finish_object();
  --top_;
  return go_on;
}

inline bool json_reader::is_named(const json_member& member, std::string_view key) const noexcept {
  const auto start = reinterpret_cast<std::uintptr_t>(key.data());
  return key.size() == member.short_name.size && start - text_start_ < key_starts_ &&
         starts_with(key.data(), member.short_name);
}

inline bool json_reader::take_member(const json_member& member) {
  std::uint64_t& seen = top_->seen[member.mark_word];
  if ((seen & member.mark) != 0) return repeated_key(member.name);
  seen |= member.mark;
  top_->next = &member + 1;
  target_ = {member.type, top_->object + member.offset, &member.bounds};
  return true;
}

inline bool json_reader::key(std::string_view last, std::size_t size) {
  if (top_->kind != json_kind::object || last.size() != size) return find_key(last, size);
  const json_member* member = top_->next;
  if (member == top_->layout->end || !is_named(*member, last)) return find_member(last);
  return take_member(*member);
}

inline bool json_reader::string(std::string_view last, std::size_t size) {
  if (last.size() != size) return end_text(last);
  if (!has_target()) return true;
  if (target_.type->kind != json_kind::string) return convert_text(last);
  auto& text = *static_cast<std::string*>(target_.object);
  text.assign(last);
  return !target_.bounds->sized || check_text(text);
}

inline bool json_reader::integer(std::int64_t value) {
  if (!has_target()) return true;
  return target_.type->kind == json_kind::integer ? store_integer(value) : convert_integer(value);
}

inline bool json_reader::store_integer(std::int64_t value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const bool is_signed = target_.type->is_signed;
  if ((!is_signed && value < 0) || !is_within(bits, is_signed, *target_.bounds))
    return out_of_range();
  store_bits(target_.object, *target_.type, bits);
  return true;
}

inline bool json_reader::number(double value, std::string_view text) {
  if (!has_target()) return true;
  if (target_.type->kind != json_kind::floating) return convert_number(value, text);
  return store_floating(value, text);
}

inline bool json_reader::boolean(bool value) {
  if (!has_target()) return true;
  if (target_.type->kind != json_kind::boolean && !convert(json_kind::boolean)) return !is_full();
  *static_cast<bool*>(target_.object) = value;
  return true;
}

}  // namespace weft::detail
