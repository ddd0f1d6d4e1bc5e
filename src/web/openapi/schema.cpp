#include "web/openapi/schema.hpp"

#include "web/json/issues.hpp"
#include "web/json/rules.hpp"
#include "web/json/values.hpp"

#include <weft/web/json/write.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace weft::detail {
namespace {

using limits_i64 = std::numeric_limits<std::int64_t>;
constexpr std::string_view integer_text_pattern = "^(?:0|-?[1-9][0-9]*)$";

/// Writes one value's schema.
class schema_writer {
public:
  schema_writer(text_builder& out, component_set& components, schema_use use, schema_facts facts)
      : out_(out), components_(components), use_(use), facts_(std::move(facts)) {
    find_rules();
  }

  void write(const json_type& type);

private:
  void find_rules();
  json_bounds bounds_of(const json_type& type) const;

  void write_reference(const json_type& type);
  void write_inline(const json_type& type);
  void write_kind(const json_type& type);
  void write_variant(const json_variant_ops& variant);
  void write_alternatives(const json_variant_ops& variant);
  void write_discriminator(const json_variant_ops& variant, std::string_view tag);
  void write_items(const json_array_ops& array);
  void write_entries(const json_map_ops& map);

  void type_is(std::string_view name, std::string_view other = {});
  void write_integer_bounds(const json_type& type);
  void write_number_bounds(const json_type& type);
  void write_sizes(const json_type& type, const char* least, const char* most);
  void write_choices(const json_type& type);
  void write_enumerators(const json_type& type);
  void write_annotations();
  schema_facts inside() const;

  text_builder& out_;
  component_set& components_;
  schema_use use_;
  schema_facts facts_;
  std::vector<const json_check*> rules_;  // of this very place
  std::optional<json_choices> choices_;
};

void schema_writer::find_rules() {
  if (facts_.owner == nullptr) return;
  for (const auto& check : facts_.owner->checks) {
    if (check.member != facts_.member || check.depth != facts_.depth) continue;
    rules_.push_back(&check);
    if (!choices_) choices_ = choices_of(check);
  }
}

json_bounds schema_writer::bounds_of(const json_type& type) const {
  if (facts_.owner != nullptr && facts_.depth == 0)
    return facts_.owner->members[facts_.member].bounds;
  for (const auto* check : rules_)
    if (const auto* const bounds = item_bounds_of(*check)) return *bounds;
  return type.bounds;
}

schema_facts schema_writer::inside() const {
  schema_facts facts;
  facts.owner = facts_.owner;
  facts.member = facts_.member;
  facts.depth = facts_.depth + 1;
  return facts;
}

void schema_writer::write(const json_type& type) {
  if (type.kind == json_kind::optional) {
    facts_.can_be_null = use_ != schema_use::text;
    return write(*type.optional->item);
  }
  const bool is_component = type.kind == json_kind::object ||
                            (type.kind == json_kind::enumeration && type.id && !choices_);
  if (is_component) write_reference(type);
  else if (type.kind == json_kind::variant) write_variant(*type.variant);
  else write_inline(type);
}

void schema_writer::write_reference(const json_type& type) {
  const component& target = components_.of(type, use_);
  out_.open_object();
  if (facts_.can_be_null) {
    out_.key("anyOf").open_array();
    out_.open_object().key("$ref").reference(target).close_object();
    out_.open_object().member("type", "null").close_object();
    out_.close_array();
  } else {
    out_.key("$ref").reference(target);
  }
  write_annotations();
  out_.close_object();
}

void schema_writer::write_inline(const json_type& type) {
  out_.open_object();
  write_kind(type);
  if (choices_) write_choices(type);
  for (const auto* rule : rules_) {
    const auto& [name, text, is_string] = rule->keyword;
    if (name == nullptr || std::string_view(name) == "description") continue;
    out_.member_literal(name, is_string ? json_literal(text) : text);
  }
  write_annotations();
  out_.close_object();
}

void schema_writer::type_is(std::string_view name, std::string_view other) {
  if (!facts_.can_be_null && other.empty()) {
    out_.member("type", name);
    return;
  }
  out_.key("type").open_array().string(name);
  if (!other.empty()) out_.string(other);
  if (facts_.can_be_null) out_.string("null");
  out_.close_array();
}

void schema_writer::write_kind(const json_type& type) {
  switch (type.kind) {
    case json_kind::boolean: return type_is("boolean");
    case json_kind::integer: type_is("integer"); return write_integer_bounds(type);
    case json_kind::floating: type_is("number"); return write_number_bounds(type);
    case json_kind::string: type_is("string"); return write_sizes(type, "minLength", "maxLength");
    case json_kind::string_view: return type_is("string");
    case json_kind::enumeration:
      type_is("string");
      return choices_ ? void() : write_enumerators(type);
    case json_kind::array: type_is("array"); return write_items(*type.array);
    case json_kind::map: type_is("object"); return write_entries(*type.map);
    case json_kind::null: out_.member("type", "null"); return;
    case json_kind::date_time:
      type_is("string");
      out_.member("format", "date-time");
      return;
    case json_kind::date:
      type_is("string");
      out_.member("format", "date");
      return;
    case json_kind::integer_text:
      if (use_ == schema_use::write) type_is("string");
      else type_is("integer", "string");
      out_.member("pattern", integer_text_pattern);
      return write_integer_bounds(type);
    case json_kind::none:  // an upload
      out_.member("type", "string").member("format", "binary");
      out_.member("contentMediaType", "application/octet-stream");
      return;
    case json_kind::object:
    case json_kind::optional:
    case json_kind::variant: return;  // handled before
  }
}

void schema_writer::write_integer_bounds(const json_type& type) {
  if (type.kind == json_kind::integer) {
    const auto bits = std::to_string(type.width * 8);
    out_.member("format", (type.is_signed ? "int" : "uint") + bits);
  }
  const auto bounds = bounds_of(type);
  if (type.is_signed) {
    const auto low = std::bit_cast<std::int64_t>(bounds.low);
    const auto high = std::bit_cast<std::int64_t>(bounds.high);
    if (low != limits_i64::min()) out_.member_literal("minimum", std::to_string(low));
    if (high != limits_i64::max()) out_.member_literal("maximum", std::to_string(high));
  } else {
    out_.member_literal("minimum", std::to_string(bounds.low));
    if (bounds.high != std::numeric_limits<std::uint64_t>::max())
      out_.member_literal("maximum", std::to_string(bounds.high));
  }
}

void schema_writer::write_number_bounds(const json_type& type) {
  out_.member("format", type.width == sizeof(float) ? "float" : "double");
  const auto bounds = bounds_of(type);
  if (std::isfinite(bounds.low_number))
    out_.member_literal("minimum", number_text(bounds.low_number));
  if (std::isfinite(bounds.high_number))
    out_.member_literal("maximum", number_text(bounds.high_number));
}

void schema_writer::write_sizes(const json_type& type, const char* least, const char* most) {
  const auto bounds = bounds_of(type);
  if (!bounds.sized) return;
  if (bounds.min_size != 0) out_.member_literal(least, std::to_string(bounds.min_size));
  if (bounds.max_size != std::numeric_limits<std::size_t>::max())
    out_.member_literal(most, std::to_string(bounds.max_size));
}

void schema_writer::write_items(const json_array_ops& array) {
  // What is in a list or a variant is replaced whole by a patch.
  const auto use = use_ == schema_use::patch ? schema_use::read : use_;
  out_.key("items");
  write_schema(out_, components_, *array.item, use, inside());
  if (array.fixed_size != 0) {
    const auto size = std::to_string(array.fixed_size);
    out_.member_literal("minItems", size).member_literal("maxItems", size);
  } else {
    write_sizes({.kind = json_kind::array, .array = &array}, "minItems", "maxItems");
  }
}

void schema_writer::write_entries(const json_map_ops& map) {
  auto facts = inside();
  facts.can_be_null = use_ == schema_use::patch;  // takes the entry away
  out_.key("additionalProperties");
  write_schema(out_, components_, *map.item, use_, std::move(facts));
  write_sizes({.kind = json_kind::map, .map = &map}, "minProperties", "maxProperties");
}

/// The name of the tag that all alternatives have, empty where there is none.
std::string_view common_tag(const json_variant_ops& variant) {
  std::string_view name;
  for (std::size_t i = 0; i != variant.count; ++i) {
    const json_type& type = *variant.items[i];
    if (type.kind != json_kind::object || !layout_of(type).has_tag) return {};
    const std::string_view tag = layout_of(type).tag_name;
    if (i != 0 && tag != name) return {};
    name = tag;
  }
  return name;
}

void schema_writer::write_variant(const json_variant_ops& variant) {
  if (use_ == schema_use::patch) use_ = schema_use::read;
  out_.open_object();
  if (facts_.can_be_null) {
    out_.key("anyOf").open_array().open_object();
    write_alternatives(variant);
    out_.close_object();
    out_.open_object().member("type", "null").close_object().close_array();
  } else {
    write_alternatives(variant);
  }
  write_annotations();
  out_.close_object();
}

// Without a tag a value may fit two of them: 1 is an integer and a number.
void schema_writer::write_alternatives(const json_variant_ops& variant) {
  const auto tag = common_tag(variant);
  out_.key(tag.empty() ? "anyOf" : "oneOf").open_array();
  for (std::size_t i = 0; i != variant.count; ++i)
    write_schema(out_, components_, *variant.items[i], use_);
  out_.close_array();
  if (!tag.empty()) write_discriminator(variant, tag);
}

void schema_writer::write_discriminator(const json_variant_ops& variant, std::string_view tag) {
  out_.key("discriminator").open_object().member("propertyName", tag);
  out_.key("mapping").open_object();
  for (std::size_t i = 0; i != variant.count; ++i) {
    const json_type& type = *variant.items[i];
    out_.key(layout_of(type).tag_value).reference(components_.of(type, use_));
  }
  out_.close_object().close_object();
}

void schema_writer::write_choices(const json_type& type) {
  out_.key("enum").open_array();
  for (const auto& text : *choices_->texts) out_.string(text);
  for (const auto bits : *choices_->bits) {
    const auto* const known =
        type.kind == json_kind::enumeration ? layout_of(type).find_enumerator(bits) : nullptr;
    if (known != nullptr) out_.string(known->name);
    else if (type.is_signed) out_.literal(std::to_string(std::bit_cast<std::int64_t>(bits)));
    else out_.literal(std::to_string(bits));
  }
  if (facts_.can_be_null) out_.literal("null");
  out_.close_array();
}

void schema_writer::write_enumerators(const json_type& type) {
  const auto& enumerators = layout_of(type).enumerators;
  if (type.id == nullptr && enumerators.size() == 1) {  // a tag
    out_.member("const", enumerators.front().name);
    return;
  }
  out_.key("enum").open_array();
  for (const auto& one : enumerators) out_.string(one.name);
  out_.close_array();
}

void schema_writer::write_annotations() {
  std::string text = std::move(facts_.description);
  for (const auto* rule : rules_) {
    if (rule->keyword.name == nullptr || std::string_view(rule->keyword.name) != "description")
      continue;
    if (!text.empty()) text += ' ';
    text += "The value " + rule->keyword.text + '.';
  }
  if (!text.empty()) out_.member("description", text);
  if (!facts_.preset.empty()) out_.member_literal("default", facts_.preset);
  if (!facts_.example.empty())
    out_.key("examples").open_array().literal(facts_.example).close_array();
}

bool can_be_shown(const json_type& type) {
  switch (type.kind) {
    case json_kind::optional: return can_be_shown(*type.optional->item);
    case json_kind::array: return can_be_shown(*type.array->item);
    case json_kind::none:
    case json_kind::object:
    case json_kind::map:
    case json_kind::variant:
    case json_kind::null: return false;
    default: return true;
  }
}

bool is_required(const json_member& member, schema_use use) {
  switch (use) {
    case schema_use::read: return member.is_required;
    case schema_use::write: return !member.omits_null;
    case schema_use::text: return member.is_required && member.type->kind != json_kind::array;
    case schema_use::patch: break;
  }
  return false;
}

void write_members(text_builder& out, component_set& components, const json_layout& layout,
                   schema_use use, const void* initial) {
  out.key("properties").open_object();
  for (std::size_t i = 0; i != layout.members.size(); ++i) {
    out.key(layout.members[i].name);
    write_member_schema(out, components, layout, i, use, initial);
  }
  out.close_object();
  const auto needed = [use](const json_member& member) { return is_required(member, use); };
  if (std::ranges::none_of(layout.members, needed)) return;
  out.key("required").open_array();
  for (const auto& member : layout.members)
    if (needed(member)) out.string(member.name);
  out.close_array();
}

}  // namespace

void write_schema(text_builder& out, component_set& components, const json_type& type,
                  schema_use use, schema_facts facts) {
  schema_writer(out, components, use, std::move(facts)).write(type);
}

std::string preset_of(const void* value, const json_type& type) {
  if (!can_be_shown(type)) return {};
  byte_buffer out;
  write_json(out, value, type);
  return out.view() == "null" ? std::string() : std::string(out.view());
}

void write_member_schema(text_builder& out, component_set& components, const json_layout& owner,
                         std::size_t index, schema_use use, const void* initial,
                         schema_facts facts) {
  const json_member& member = owner.members[index];
  facts.owner = &owner;
  facts.member = index;
  if (facts.description.empty()) facts.description = member.description;
  const bool is_free = !is_required(member, use) && use != schema_use::patch;
  if (initial != nullptr && is_free)
    facts.preset =
        preset_of(static_cast<const unsigned char*>(initial) + member.offset, *member.type);
  const bool never_null = use == schema_use::write && member.omits_null;
  write_schema(out, components, never_null ? *member.type->optional->item : *member.type, use,
               std::move(facts));
}

linked_text component_schema(component_set& components, const json_type& type, schema_use use) {
  const auto& layout = layout_of(type);
  text_builder out;
  if (type.kind == json_kind::enumeration) {
    out.open_object().member("type", "string").key("enum").open_array();
    for (const auto& one : layout.enumerators) out.string(one.name);
    out.close_array().close_object();
    return out.take();
  }
  out.open_object().member("type", "object");
  if (!layout.description.empty()) out.member("description", layout.description);
  with_initial(type, [&](const void* initial) {
    write_members(out, components, layout, use, use == schema_use::write ? nullptr : initial);
  });
  if (layout.refuses_unknown) out.member_literal("additionalProperties", "false");
  out.close_object();
  return out.take();
}

}  // namespace weft::detail
