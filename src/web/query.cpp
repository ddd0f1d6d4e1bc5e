#include <weft/web/query.hpp>

#include "web/json/layout.hpp"
#include "web/query_pairs.hpp"
#include "web/text_reader.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace weft::detail {
namespace {

void reject_parameter(context& ctx, std::string_view name, std::string message) {
  ctx.reject(http_status::bad_request,
             {field_error::place::parameter, std::string(name), std::move(message)});
}

bool reject_malformed(context& ctx, const query_pairs& pairs) {
  if (!pairs.is_malformed()) return false;
  ctx.reject(http_status::bad_request,
             std::string("The query has a '%' that begins no escape, or is not UTF-8."));
  return true;
}

/// Puts pairs into the members of one described object.
class member_reader {
public:
  member_reader(context& ctx, void* object, const json_layout& layout)
      : ctx_(ctx), object_(static_cast<unsigned char*>(object)), layout_(layout) {}

  void read(std::string_view name, std::string_view value);
  /// What can only be told when all pairs are known.
  void check_member(std::size_t index);
  bool is_good() const noexcept { return good_; }

private:
  void read_item(const json_member& member, std::uint32_t index, std::string_view value);
  void note(std::string_view name, std::string wrong) {
    if (wrong.empty()) return;
    good_ = false;
    reject_parameter(ctx_, name, std::move(wrong));
  }

  context& ctx_;
  unsigned char* object_;
  const json_layout& layout_;
  std::array<std::uint32_t, json_most_members> counts_{};
  bool good_ = true;
};

void member_reader::read(std::string_view name, std::string_view value) {
  const auto* member = layout_.find(name);
  if (member == nullptr) {
    if (layout_.refuses_unknown) note(name, "is not known");
    return;
  }
  const auto count = counts_[static_cast<std::size_t>(member - layout_.members.data())]++;
  if (member->type->kind == json_kind::array) return read_item(*member, count, value);
  if (count == 1) note(member->name, "appears twice");
  if (count != 0) return;
  note(member->name, read_text(value, object_ + member->offset, *member->type, member->bounds));
}

void member_reader::read_item(const json_member& member, std::uint32_t index,
                              std::string_view value) {
  const auto& ops = *member.type->array;
  void* const array = object_ + member.offset;
  if (index == 0) ops.clear(array);
  note(member.name, read_text(value, ops.append(array, index), *ops.item, ops.item->bounds));
}

void member_reader::check_member(std::size_t index) {
  const auto& member = layout_.members[index];
  const bool is_required = (layout_.required[index / 64] >> (index % 64) & 1U) != 0;
  if (member.type->kind == json_kind::array) {
    note(member.name, check_size(json_kind::array, counts_[index], member.bounds));
  } else if (is_required && counts_[index] == 0) {
    note(member.name, "is required");
  }
}

}  // namespace

bool read_query(context& ctx, const json_type& type, void* out) {
  const auto& layout = layout_of(type);
  member_reader reader(ctx, out, layout);
  query_pairs pairs(ctx.request().query());
  while (pairs.next()) reader.read(pairs.name(), pairs.value());
  if (reject_malformed(ctx, pairs)) return false;
  for (std::size_t i = 0; i < layout.members.size(); ++i) reader.check_member(i);
  return reader.is_good();
}

bool read_query(context& ctx, const query_slot& slot, void* out) {
  query_pairs pairs(ctx.request().query());
  std::size_t count = 0;
  std::string wrong;
  while (wrong.empty() && pairs.next()) {
    if (pairs.name() != slot.name) continue;
    wrong = ++count > 1 && !slot.repeated ? "appears twice" : slot.read(pairs.value(), out);
  }
  if (reject_malformed(ctx, pairs)) return false;
  if (count == 0 && slot.required) wrong = "is required";
  if (wrong.empty()) return true;
  reject_parameter(ctx, slot.name, std::move(wrong));
  return false;
}

}  // namespace weft::detail
