#include <weft/web/json/write.hpp>

#include "date_time.hpp"
#include "indent.hpp"
#include "layout.hpp"
#include "values.hpp"
#include "writer.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace weft::detail {
namespace {

void write_value(json_writer& out, const void* value, const json_type& type);

void write_integer(json_writer& out, const void* value, const json_type& type) {
  if (type.is_signed) out.number(load_signed(value, type.width));
  else out.number(load_unsigned(value, type.width));
}

void write_floating(json_writer& out, const void* value, const json_type& type) {
  if (type.width == sizeof(float)) out.floating(load<float>(value));
  else out.floating(load<double>(value));
}

void write_enumeration(json_writer& out, const void* value, const json_type& type) {
  const json_enumerator* known = layout_of(type).find_enumerator(load_bits(value, type));
  if (known == nullptr) return write_integer(out, value, type);
  out.raw('"');
  out.raw(known->name);
  out.raw('"');
}

bool is_left_out(const json_member& member, const unsigned char* object) {
  return member.omits_null && member.type->optional->view(object + member.offset) == nullptr;
}

/// The pieces of names begin with a comma but for the first, which may be left out.
void write_object_without_nulls(json_writer& out, const unsigned char* object,
                                const json_layout& layout) {
  char before = '{';
  for (const json_member& member : layout.members) {
    if (is_left_out(member, object)) continue;
    out.raw(std::exchange(before, ','));
    out.raw(member.piece.substr(1));
    write_value(out, object + member.offset, *member.type);
  }
  if (before == '{') out.raw('{');
  out.raw('}');
}

void write_object(json_writer& out, const void* value, const json_type& type) {
  const auto* bytes = static_cast<const unsigned char*>(value);
  const json_layout& layout = layout_of(type);
  if (layout.omits_null) return write_object_without_nulls(out, bytes, layout);
  const auto& members = layout.members;
  if (members.empty()) out.raw('{');
  for (const json_member& member : members) {
    out.piece(member.piece);
    write_value(out, bytes + member.offset, *member.type);
  }
  out.raw('}');
}

void write_array(json_writer& out, const void* value, const json_array_ops& ops) {
  const auto [first, count] = ops.view(value);
  const auto* item = static_cast<const unsigned char*>(first);
  out.raw('[');
  for (std::size_t i = 0; i != count; ++i, item += ops.stride) {
    if (i != 0) out.raw(',');
    write_value(out, item, *ops.item);
  }
  out.raw(']');
}

struct map_writing {
  json_writer& out;
  const json_type& item;
  bool is_first = true;

  static void entry(void* context, std::string_view key, const void* value) {
    auto& self = *static_cast<map_writing*>(context);
    if (!std::exchange(self.is_first, false)) self.out.raw(',');
    self.out.string(key);
    self.out.raw(':');
    write_value(self.out, value, self.item);
  }
};

void write_map(json_writer& out, const void* value, const json_map_ops& ops) {
  map_writing writing{out, *ops.item};
  out.raw('{');
  ops.visit(value, &writing, &map_writing::entry);
  out.raw('}');
}

void write_optional(json_writer& out, const void* value, const json_optional_ops& ops) {
  const void* held = ops.view(value);
  if (held == nullptr) out.raw("null");
  else write_value(out, held, *ops.item);
}

void write_variant(json_writer& out, const void* value, const json_variant_ops& ops) {
  const std::size_t index = ops.index(value);
  if (index == json_variant_ops::absent) out.raw("null");
  else write_value(out, ops.view(value), *ops.items[index]);
}

void write_time(json_writer& out, const void* value, const json_time_ops& ops) {
  char text[longest_date_time];
  const std::size_t size = write_date_time(text, ops.load(value), ops.digits);
  if (size == 0) out.raw("null");
  else out.string({text, size});
}

void write_day(json_writer& out, const void* value) {
  char text[longest_date_time];
  const auto& date = *static_cast<const std::chrono::year_month_day*>(value);
  const std::size_t size = write_date(text, date);
  if (size == 0) out.raw("null");
  else out.string({text, size});
}

void write_integer_text(json_writer& out, const void* value, const json_type& type) {
  out.raw('"');
  write_integer(out, value, type);
  out.raw('"');
}

void write_value(json_writer& out, const void* value, const json_type& type) {
  // Most values are one of these two; a jump through the table of the switch is guessed worse.
  if (type.kind == json_kind::string) return out.string(*static_cast<const std::string*>(value));
  if (type.kind == json_kind::integer) return write_integer(out, value, type);
  switch (type.kind) {
    case json_kind::boolean: return out.raw(load<bool>(value) ? "true" : "false");
    case json_kind::integer: return write_integer(out, value, type);
    case json_kind::floating: return write_floating(out, value, type);
    case json_kind::string: return out.string(*static_cast<const std::string*>(value));
    case json_kind::string_view: return out.string(*static_cast<const std::string_view*>(value));
    case json_kind::enumeration: return write_enumeration(out, value, type);
    case json_kind::object: return write_object(out, value, type);
    case json_kind::array: return write_array(out, value, *type.array);
    case json_kind::map: return write_map(out, value, *type.map);
    case json_kind::optional: return write_optional(out, value, *type.optional);
    case json_kind::variant: return write_variant(out, value, *type.variant);
    case json_kind::date_time: return write_time(out, value, *type.time);
    case json_kind::date: return write_day(out, value);
    case json_kind::integer_text: return write_integer_text(out, value, type);
    case json_kind::none:
    case json_kind::null: return out.raw("null");
  }
}

}  // namespace

void write_json(byte_buffer& out, const void* value, const json_type& type, json_style style) {
  if (style == json_style::compact) {
    json_writer writer(out);
    write_value(writer, value, type);
  } else {
    byte_buffer text;
    write_json(text, value, type, json_style::compact);
    indent_json(out, text.view());
  }
}

}  // namespace weft::detail

void weft::write_json_string(byte_buffer& out, std::string_view text) {
  detail::json_writer(out).string(text);
}
