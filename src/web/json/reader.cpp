#include "reader.hpp"

#include "issues.hpp"
#include "rules.hpp"
#include "utf8.hpp"
#include "words.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>
#include <system_error>

namespace weft::detail {
namespace {

constexpr std::string_view comes_twice = "appears twice";
constexpr json_kinds words(json_kind::enumeration, json_kind::date_time, json_kind::date,
                           json_kind::integer_text);
constexpr json_kinds other_numbers(json_kind::floating, json_kind::integer_text);

/// Up to 15 digits and no exponent: the mantissa and the power of ten are doubles, so that one
/// division gives the nearest double. Anything longer needs the real algorithm.
bool is_exact(std::string_view text) {
  return text.size() <= 16 &&
         std::ranges::none_of(text, [](char c) { return c == 'e' || c == 'E'; });
}

/// @param fallback  tells an overflow from an underflow, which from_chars() does not
template <class Number>
Number nearest(std::string_view text, double fallback) {
  Number value{};
  const auto end = text.data() + text.size();
  if (std::from_chars(text.data(), end, value).ec == std::errc{}) return value;
  return std::fabs(fallback) < 1 ? Number{} : std::numeric_limits<Number>::infinity();
}

/// @throws std::logic_error  the alternatives are not told apart by a tag of one name
std::string_view tag_name_of(const json_variant_ops& variant) {
  std::string_view name;
  for (std::size_t i = 0; i != variant.count; ++i) {
    if (variant.items[i]->kind != json_kind::object) continue;
    const json_layout& layout = layout_of(*variant.items[i]);
    if (!layout.has_tag || (!name.empty() && name != layout.tag_name))
      throw std::logic_error(
          "json_rules: structs in a variant need a tag each, and all tags the same name");
    name = layout.tag_name;
  }
  return name;
}

bool is_tagged(const json_type& type, std::string_view value) {
  return type.kind == json_kind::object && layout_of(type).tag_value == value;
}

std::string tags_message(const json_variant_ops& variant) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i != variant.count; ++i)
    if (variant.items[i]->kind == json_kind::object)
      values.push_back(layout_of(*variant.items[i]).tag_value);
  return texts_message(values);
}

}  // namespace

void json_reader::push_container(json_kind kind) {
  const json_bounds& good = *target_.bounds;
  push(kind);
  top_->patches = top_->patches && kind == json_kind::map;
  top_->good = &good;
  const std::size_t fixed = kind == json_kind::array ? target_.type->array->fixed_size : 0;
  top_->count = 0;
  top_->least = fixed != 0 ? fixed : good.min_size;
  top_->most = fixed != 0 ? fixed : std::min(good.max_size, limits_.items);
  if (top_->patches) {
    top_->most = limits_.items;
    if (how_ == reading::patch_apply) return;
  }
  if (kind == json_kind::map) target_.type->map->clear(top_->object);
  else target_.type->array->clear(top_->object);
}

bool json_reader::convert_object() {
  if (!convert(json_kind::object, json_kinds(json_kind::map))) return skip();
  if (target_.type->kind == json_kind::map) push_container(json_kind::map);
  else push_object();
  return true;
}

bool json_reader::begin_array() {
  if (!has_target() || !convert(json_kind::array)) return skip();
  push_container(json_kind::array);
  return true;
}

bool json_reader::skip() {
  if (skipping_++ == 0) push(json_kind::none);
  target_.type = nullptr;
  return !is_full();
}

bool json_reader::end_array() {
  if (skipping_ == 0) return pop_container();
  if (--skipping_ == 0) --top_;
  return true;
}

/// An array in a patch replaces what was there, so only maps come here.
bool json_reader::pop_patched_map() {
  const frame& closed = *top_--;
  const json_map_ops& ops = *closed.type->map;
  for (; !erased_.empty() && erased_.back().first == &closed; erased_.pop_back())
    ops.erase(closed.object, erased_.back().second);
  is_new_ = false;
  if (closed.count > closed.most) return issue(size_message(closed.kind, 0, closed.most));
  if (how_ != reading::patch_apply) return true;
  auto wrong = wrong_bounds(closed.object, *closed.type, *closed.good);
  return wrong.empty() || issue(std::move(wrong));
}

bool json_reader::pop_container() {
  if (top_->patches) return pop_patched_map();
  const frame& closed = *top_--;
  if (closed.count >= closed.least && closed.count <= closed.most) return true;
  return issue(size_message(closed.kind, closed.least, closed.most));
}

bool json_reader::key_part(std::string_view part) {
  if (skipping_ == 0) scratch_ += part;
  return true;
}

bool json_reader::find_key(std::string_view last, std::size_t size) {
  if (skipping_ != 0) return true;
  const bool is_map = top_->kind == json_kind::map;
  if (last.size() == size) return is_map ? find_entry(last) : find_member(last);
  scratch_ += last;
  const std::string name = std::exchange(scratch_, {});
  return is_map ? find_entry(name) : find_member(name);
}

bool json_reader::find_member(std::string_view name) {
  const json_member* member = top_->layout->find(name);
  return member == nullptr ? unknown_key(name) : take_member(*member);
}

bool json_reader::find_entry(std::string_view name) {
  target_.type = nullptr;
  if (top_->count++ >= top_->most) return true;
  const json_map_ops& ops = *top_->type->map;
  const json_map_ops::entry entry = ops.insert(top_->object, name);
  // What is applied was read before, and no key came twice.
  if (!entry.is_new && how_ != reading::patch_apply) return repeated_key(name);
  top_->map_key = entry.key;
  is_new_ = entry.is_new && how_ == reading::patch_apply && top_->patches;
  target_ = {ops.item, entry.value, &ops.item->bounds};
  return true;
}

bool json_reader::repeated_key(std::string_view name) {
  target_.type = nullptr;
  return issue_at_key(name, std::string(comes_twice));
}

bool json_reader::unknown_key(std::string_view name) {
  target_.type = nullptr;
  return !top_->layout->refuses_unknown || issue_at_key(name, "is not known");
}

bool json_reader::convert(json_kind wanted, json_kinds others) {
  const json_type& asked = *target_.type;
  for (;;) {
    const json_kind kind = target_.type->kind;
    if (kind == wanted || others.has(kind)) return true;
    if (kind == json_kind::optional) {
      enter_optional(wanted);
    } else if (kind != json_kind::variant) {
      issue(kind_message(asked));
      return false;
    } else if (!choose(wanted, others, asked)) {
      return false;
    }
  }
}

void json_reader::enter_optional(json_kind wanted) {
  const json_optional_ops& ops = *target_.type->optional;
  // The bounds of a member are those of the value in it; other optionals have none.
  const bool is_member = target_.bounds != &target_.type->bounds;
  const auto* const bounds = is_member ? target_.bounds : &ops.item->bounds;
  const void* held = nullptr;
  if (how_ == reading::patch_apply && top_->patches && wanted == json_kind::object) {
    held = ops.view(target_.object);
    is_new_ = held == nullptr;
  }
  // It is not constant: the object that holds it is the caller's.
  void* const place = held != nullptr ? const_cast<void*>(held) : ops.emplace(target_.object);
  target_ = {ops.item, place, bounds};
}

bool json_reader::choose(json_kind wanted, json_kinds others, const json_type& asked) {
  const json_variant_ops& variant = *target_.type->variant;
  std::size_t found = variant.count;
  std::size_t count = 0;
  for (std::size_t i = variant.count; i-- != 0;) {
    const json_kind kind = variant.items[i]->kind;
    const bool is_better = kind == wanted || (others.has(kind) && count == 0);
    if (is_better) found = i;
    if (kind == wanted) ++count;
  }
  if (found == variant.count) {
    issue(kind_message(asked));
    return false;
  }
  if (wanted == json_kind::object && count > 1) return choose_by_tag();
  enter_alternative(found);
  return true;
}

void json_reader::enter_alternative(std::size_t index) {
  const json_variant_ops& variant = *target_.type->variant;
  target_ = {variant.items[index], variant.emplace(target_.object, index),
             &variant.items[index]->bounds};
  // What a patch gives for a variant is the whole of an alternative.
  is_replaced_ = json_kinds(json_kind::object, json_kind::map).has(target_.type->kind);
}

/// Which of several objects it is, told by a member that may come late in the text.
bool json_reader::choose_by_tag() {
  const json_variant_ops& variant = *target_.type->variant;
  const std::string_view name = tag_name_of(variant);
  const auto tag = tags_.find(objects_, name);
  if (tag.text) {
    for (std::size_t i = 0; i != variant.count; ++i) {
      if (!is_tagged(*variant.items[i], *tag.text)) continue;
      enter_alternative(i);
      return true;
    }
  }
  std::string place = pointer(top_ + 1);
  append_token(place, name);
  issue_at(std::move(place), tag.is_there ? tags_message(variant) : "is required");
  return false;
}

bool json_reader::convert_text(std::string_view text) {
  if (!convert(json_kind::string, words)) return !is_full();
  if (is_word(target_.type->kind)) return store_word(text);
  auto& value = *static_cast<std::string*>(target_.object);
  value.assign(text);
  return check_text(value);
}

bool json_reader::string_part(std::string_view part, std::size_t size) {
  const bool go_on = part.size() != size || begin_text();
  if (part_target_ != nullptr) part_target_->append(part);
  return go_on;
}

bool json_reader::begin_text() {
  part_target_ = nullptr;
  if (!has_target()) return true;
  if (!convert(json_kind::string, words)) return !is_full();
  const bool is_string = target_.type->kind == json_kind::string;
  part_target_ = is_string ? static_cast<std::string*>(target_.object) : &scratch_;
  part_target_->clear();
  return true;
}

bool json_reader::end_text(std::string_view last) {
  if (part_target_ == nullptr) return true;
  part_target_->append(last);
  if (target_.type->kind == json_kind::string) return check_text(*part_target_);
  return store_word(std::exchange(scratch_, {}));
}

bool json_reader::check_text(const std::string& text) {
  if (!target_.bounds->sized) return true;
  auto wrong = wrong_size(json_kind::string, characters_of(text), *target_.bounds);
  return wrong.empty() || issue(std::move(wrong));
}

bool json_reader::store_word(std::string_view text) {
  auto wrong = read_word(text, target_.object, *target_.type, *target_.bounds);
  return wrong.empty() || issue(std::move(wrong));
}

bool json_reader::convert_integer(std::int64_t value) {
  if (!convert(json_kind::integer, other_numbers)) return !is_full();
  if (is_integer(target_.type->kind)) return store_integer(value);
  return store_floating(static_cast<double>(value), {});
}

bool json_reader::large_integer(std::uint64_t value) {
  if (!has_target()) return true;
  if (!convert(json_kind::integer, other_numbers)) return !is_full();
  if (target_.type->kind == json_kind::floating)
    return store_floating(static_cast<double>(value), {});
  const json_bounds& good = *target_.bounds;
  if (target_.type->is_signed || value < good.low || value > good.high) return out_of_range();
  store_bits(target_.object, *target_.type, value);
  return true;
}

bool json_reader::convert_number(double value, std::string_view text) {
  if (!convert(json_kind::floating, json_kinds(json_kind::integer, json_kind::integer_text)))
    return !is_full();
  if (target_.type->kind == json_kind::floating) return store_floating(value, text);
  return store_integral(is_exact(text) ? value : nearest<double>(text, value));
}

bool json_reader::store_integral(double value) {
  constexpr double last_exact = 9007199254740992.0;  // 2^53
  if (std::trunc(value) != value) return issue(kind_message(*target_.type));
  if (std::fabs(value) >= last_exact) return out_of_range();
  return store_integer(static_cast<std::int64_t>(value));
}

bool json_reader::store_floating(double value, std::string_view text) {
  return target_.type->width == sizeof(float)
             ? store_nearest(text.empty() ? static_cast<float>(value) : nearest<float>(text, value))
             : store_nearest(is_exact(text) ? value : nearest<double>(text, value));
}

template <class Number>
bool json_reader::store_nearest(Number number) {
  const json_bounds& good = *target_.bounds;
  if (!std::isfinite(number) || number < good.low_number || number > good.high_number)
    return out_of_range();
  std::memcpy(target_.object, &number, sizeof number);
  return true;
}

bool json_reader::null() {
  if (!has_target()) return true;
  if (top_->kind == json_kind::map && top_->patches) {
    erased_.emplace_back(top_, *top_->map_key);
    return true;
  }
  if (target_.type->kind != json_kind::optional) return convert(json_kind::null) || !is_full();
  target_.type->optional->clear(target_.object);
  return true;
}

bool json_reader::issue(std::string message) {
  return issue_at(pointer(top_ + 1), std::move(message));
}

bool json_reader::issue_at(std::string place, std::string message) {
  issues_.push_back({std::move(place), std::move(message)});
  return !is_full();
}

bool json_reader::issue_at_key(std::string_view key, std::string message) {
  std::string place = pointer(top_);
  append_token(place, key);
  return issue_at(std::move(place), std::move(message));
}

bool json_reader::out_of_range() { return issue(range_message(*target_.type, *target_.bounds)); }

bool json_reader::finish_object() {
  const bool is_part = top_->patches && !top_->is_new;
  return (is_part || missing_members()) && (top_->layout->checks.empty() || check_rules());
}

bool json_reader::check_rules() {
  // A patch is no object yet: what its members say together is seen when it is applied.
  const bool is_whole = !top_->patches || how_ == reading::patch_apply;
  const bool all_good = is_whole && (issues_.empty() || !is_wrong(pointer(top_)));
  const auto broken = broken_rules(*top_->layout, top_->object, good_members(), all_good,
                                   std::max<std::size_t>(limits_.issues, 1) - issues_.size());
  for (const broken_rule& rule : broken) {
    std::string place = pointer(top_);
    append_token(place, rule.member->name);
    issues_.push_back({place + rule.inside, rule.message});
    if (is_full()) return false;
  }
  return true;
}

json_marks json_reader::good_members() const {
  json_marks good = top_->seen;
  // Parts of an object or a map make sense when they have become a whole.
  const bool has_parts = top_->patches && how_ == reading::patch;
  if (issues_.empty() && !has_parts) return good;
  constexpr json_kinds divided(json_kind::object, json_kind::map);
  for (const json_member& member : top_->layout->members) {
    std::string place = pointer(top_);
    append_token(place, member.name);
    const bool is_part = has_parts && divided.has(held_type_of(*member.type).kind);
    if (is_part || is_wrong(place)) good[member.mark_word] &= ~member.mark;
  }
  return good;
}

/// Whether there is an issue with the value at that place, or inside of it.
bool json_reader::is_wrong(std::string_view place) const {
  return std::ranges::any_of(issues_, [place](const json_issue& one) {
    const std::string_view wrong = one.pointer;
    return wrong.starts_with(place) && (wrong.size() == place.size() || wrong[place.size()] == '/');
  });
}

std::vector<std::size_t> json_reader::given_members() const {
  std::vector<std::size_t> given;
  const frame& root = frames_[1];
  const std::size_t tags = root.layout->has_tag ? 1 : 0;
  for (const json_member& member : std::span(root.layout->members).subspan(tags))
    if ((root.seen[member.mark_word] & member.mark) != 0) given.push_back(member.offset);
  return given;
}

bool json_reader::missing_members() {
  for (const json_member& member : top_->layout->members) {
    const std::size_t word = member.mark_word;
    const std::uint64_t missing = top_->layout->required[word] & ~top_->seen[word];
    const bool is_missing = (missing & member.mark) != 0;
    if (is_missing && !issue_at_key(member.name, "is required")) return false;
  }
  return true;
}

std::string json_reader::pointer(const frame* end) const {
  std::string text;
  for (const frame* open = frames_.data() + 1; open != end; ++open) {
    if (open->kind == json_kind::array) append_token(text, std::to_string(open->count - 1));
    else if (open->kind == json_kind::map) append_token(text, *open->map_key);
    else append_token(text, open->next[-1].name);
  }
  return text;
}

}  // namespace weft::detail
