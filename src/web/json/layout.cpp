#include "layout.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace weft::detail {
namespace {

std::size_t list_of(std::size_t length) { return std::min(length, json_layout::longest_listed); }

json_short_name short_name_of(std::string_view name) {
  json_short_name short_name;
  if (name.size() > sizeof short_name.words) return short_name;
  short_name.size = name.size();
  std::memcpy(short_name.words.data(), name.data(), name.size());
  std::memset(short_name.mask.data(), 0xFF, name.size());
  return short_name;
}

void list_by_length(json_layout& layout) {
  layout.first_of_length.fill(-1);
  for (std::size_t i = layout.members.size(); i-- != 0;) {
    int& first = layout.first_of_length[list_of(layout.members[i].name.size())];
    layout.members[i].next_of_length = std::exchange(first, static_cast<int>(i));
  }
}

void write_pieces(json_layout& layout) {
  const auto add = [](std::size_t sum, const json_member& member) {
    return sum + member.name.size() + 4;
  };
  const auto& members = layout.members;
  layout.pieces.reserve(std::accumulate(members.begin(), members.end(), json_piece_block, add));
  for (json_member& member : layout.members) {
    const std::size_t start = layout.pieces.size();
    layout.pieces += start == 0 ? "{\"" : ",\"";
    layout.pieces += member.name;
    layout.pieces += "\":";
    member.piece = {layout.pieces.data() + start, layout.pieces.size() - start};
  }
  layout.pieces.append(json_piece_block, ' ');
}

}  // namespace

const json_member* json_layout::find(std::string_view name) const noexcept {
  for (int i = first_of_length[list_of(name.size())]; i >= 0;) {
    const json_member& member = members[static_cast<std::size_t>(i)];
    if (member.name == name) return &member;
    i = member.next_of_length;
  }
  return nullptr;
}

const json_enumerator* json_layout::find_enumerator(std::string_view name) const noexcept {
  const auto place = std::ranges::find(enumerators, name, &json_enumerator::name);
  return place == enumerators.end() ? nullptr : &*place;
}

const json_enumerator* json_layout::find_enumerator(std::uint64_t value) const noexcept {
  const auto place = std::ranges::find(enumerators, value, &json_enumerator::value);
  return place == enumerators.end() ? nullptr : &*place;
}

json_member& json_layout::member_at(std::size_t offset) {
  const auto place = std::ranges::find(members, offset, &json_member::offset);
  if (place == members.end())
    throw std::logic_error("json_rules names a member that BOOST_DESCRIBE_STRUCT does not");
  return *place;
}

namespace {

void refuse(const std::string& what) { throw std::logic_error("json_rules: " + what); }

void refuse_same_names(const json_layout& layout) {
  for (const json_member& member : layout.members)
    if (layout.find(member.name) != &member)
      refuse("two members are named \"" + std::string(member.name) + "\" in the text");
}

/// The tag is a member that no object has: an enumeration of one value that takes no room. So it is
/// read, written and complained about as any other.
void add_tag(json_layout& layout) {
  layout.tag_layout = std::make_unique<json_layout>();
  layout.tag_layout->enumerators.push_back({layout.tag_value, 0});
  json_type& type = layout.types.emplace_back();
  type.kind = json_kind::enumeration;
  type.layout.store(layout.tag_layout.get(), std::memory_order_relaxed);
  json_member member;
  member.name = layout.tag_name;
  member.type = &type;
  layout.members.insert(layout.members.begin(), member);
  for (json_check& check : layout.checks) ++check.member;
}

/// What has to wait until all members and rules are known.
void complete(json_layout& layout) {
  if (layout.has_tag) add_tag(layout);
  for (std::size_t i = 0; i != layout.members.size(); ++i) {
    json_member& member = layout.members[i];
    member.mark_word = i / 64;
    member.mark = std::uint64_t{1} << (i % 64);
    if (member.is_required) layout.required[member.mark_word] |= member.mark;
    if (member.omits_null) layout.omits_null = true;
    member.short_name = short_name_of(member.name);
  }
  if (!layout.checks.empty()) {
    const std::size_t behind = layout.members.size();
    layout.required[behind / 64] |= std::uint64_t{1} << (behind % 64);
  }
  layout.end = layout.members.data() + layout.members.size();
  list_by_length(layout);
  refuse_same_names(layout);
  write_pieces(layout);
}

}  // namespace

const json_layout& build_layout(const json_type& type) {
  static std::mutex building;
  const std::lock_guard lock(building);
  if (const json_layout* layout = type.layout.load(std::memory_order_acquire)) return *layout;
  auto layout = std::make_unique<json_layout>();
  json_members members(*layout);
  type.describe(members);
  complete(*layout);
  // Lives as long as the type, which is for ever.
  type.layout.store(layout.get(), std::memory_order_release);
  return *layout.release();
}

void json_members::add(const char* name, std::size_t offset, const json_type& type) {
  json_member& member = layout_.members.emplace_back();
  member.name = name;
  member.type = &type;
  member.offset = offset;
  member.bounds = held_type_of(type).bounds;
  member.is_required = type.kind != json_kind::optional;
}

void json_members::add_enumerator(const char* name, std::uint64_t value) {
  layout_.enumerators.push_back({name, value});
}

void json_members::optional(std::size_t offset) { layout_.member_at(offset).is_required = false; }

void json_members::all_optional(std::size_t first_offset, std::size_t end_offset) {
  for (json_member& member : layout_.members)
    if (member.offset >= first_offset && member.offset < end_offset) member.is_required = false;
}

void json_members::refuse_unknown() { layout_.refuses_unknown = true; }

}  // namespace weft::detail
