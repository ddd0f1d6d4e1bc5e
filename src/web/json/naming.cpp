#include "layout.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

// The rules of weft::rules_for that say how a type looks in the text.
namespace weft::detail {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
char upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

/// A word begins behind '_', and where a capital follows a small letter or a digit.
bool begins_word(std::string_view name, std::size_t at) {
  if (at == 0) return true;
  return name[at - 1] == '_' || (is_upper(name[at]) && !is_upper(name[at - 1]));
}

std::string in_style(std::string_view name, naming style) {
  const char between = style == naming::snake ? '_' : style == naming::kebab ? '-' : '\0';
  std::string text;
  for (std::size_t at = 0; at != name.size(); ++at) {
    if (name[at] == '_') continue;
    const bool is_first = begins_word(name, at);
    if (is_first && between != '\0' && !text.empty()) text += between;
    const bool is_capital =
        is_first && (style == naming::pascal || (style == naming::camel && !text.empty()));
    text += is_capital ? upper(name[at]) : lower(name[at]);
  }
  return text;
}

/// Names stand in the text as they are.
void require_plain(std::string_view name) {
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
  };
  if (name.empty() || !std::ranges::all_of(name, is_plain))
    throw std::logic_error("json_rules: \"" + std::string(name) + "\" cannot be a name");
}

void set_name(json_layout& layout, json_member& member, std::string name) {
  require_plain(name);
  member.name = layout.names.emplace_back(std::move(name));
}

/// The same type with its integers as strings.
const json_type& text_form_of(json_layout& layout, const json_type& type) {
  json_type& made = layout.types.emplace_back();
  made.kind = type.kind;
  made.width = type.width;
  made.is_signed = type.is_signed;
  made.bounds = type.bounds;
  if (type.kind == json_kind::integer) {
    made.kind = json_kind::integer_text;
  } else if (type.kind == json_kind::optional) {
    auto& ops = layout.optionals.emplace_back(*type.optional);
    ops.item = &text_form_of(layout, *ops.item);
    made.optional = &ops;
  } else if (type.kind == json_kind::array) {
    auto& ops = layout.arrays.emplace_back(*type.array);
    ops.item = &text_form_of(layout, *ops.item);
    made.array = &ops;
  } else {
    auto& ops = layout.maps.emplace_back(*type.map);
    ops.item = &text_form_of(layout, *ops.item);
    made.map = &ops;
  }
  return made;
}

}  // namespace

void json_members::names(std::size_t first_offset, std::size_t end_offset, naming style) {
  for (json_member& member : layout_.members)
    if (!member.has_own_name && member.offset >= first_offset && member.offset < end_offset)
      set_name(layout_, member, in_style(member.name, style));
}

void json_members::name(std::size_t offset, std::string_view name) {
  json_member& member = layout_.member_at(offset);
  set_name(layout_, member, std::string(name));
  member.has_own_name = true;
}

void json_members::omit_null(std::size_t first_offset, std::size_t end_offset) {
  for (json_member& member : layout_.members)
    if (member.offset >= first_offset && member.offset < end_offset)
      member.omits_null = member.type->kind == json_kind::optional;
}

void json_members::as_text(std::size_t offset) {
  json_member& member = layout_.member_at(offset);
  member.type = &text_form_of(layout_, *member.type);
}

void json_members::describe_type(std::string_view text) { layout_.description = text; }

void json_members::describe(std::size_t offset, std::string_view text) {
  layout_.member_at(offset).description = layout_.names.emplace_back(text);
}

void json_members::tag(std::string_view name, std::string_view value) {
  if (layout_.has_tag) throw std::logic_error("json_rules: a type has one tag");
  require_plain(name);
  require_plain(value);
  layout_.tag_name = name;
  layout_.tag_value = value;
  layout_.has_tag = true;
}

}  // namespace weft::detail
