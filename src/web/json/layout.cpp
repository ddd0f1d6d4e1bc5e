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

const json_layout& build_layout(const json_type& type) {
  static std::mutex building;
  const std::lock_guard lock(building);
  if (const json_layout* layout = type.layout.load(std::memory_order_acquire)) return *layout;
  auto layout = std::make_unique<json_layout>();
  json_members members(*layout);
  type.describe(members);
  if (!layout->checks.empty()) {
    const std::size_t behind = layout->members.size();
    layout->required[behind / 64] |= std::uint64_t{1} << (behind % 64);
  }
  layout->end = layout->members.data() + layout->members.size();
  list_by_length(*layout);
  write_pieces(*layout);
  // Lives as long as the type, which is for ever.
  type.layout.store(layout.get(), std::memory_order_release);
  return *layout.release();
}

void json_members::add(const char* name, std::size_t offset, const json_type& type) {
  const std::size_t index = layout_.members.size();
  json_member& member = layout_.members.emplace_back();
  member.name = name;
  member.short_name = short_name_of(name);
  member.type = &type;
  member.mark_word = index / 64;
  member.mark = std::uint64_t{1} << (index % 64);
  member.offset = offset;
  member.bounds = held_type_of(type).bounds;
  if (type.kind != json_kind::optional) layout_.required[member.mark_word] |= member.mark;
}

void json_members::add_enumerator(const char* name, std::uint64_t value) {
  layout_.enumerators.push_back({name, value});
}

void json_members::optional(std::size_t offset) {
  const json_member& member = layout_.member_at(offset);
  layout_.required[member.mark_word] &= ~member.mark;
}

void json_members::all_optional(std::size_t first_offset, std::size_t end_offset) {
  for (const json_member& member : layout_.members)
    if (member.offset >= first_offset && member.offset < end_offset)
      layout_.required[member.mark_word] &= ~member.mark;
}

void json_members::refuse_unknown() { layout_.refuses_unknown = true; }

}  // namespace weft::detail
