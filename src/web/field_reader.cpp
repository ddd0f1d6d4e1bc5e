#include "web/field_reader.hpp"

#include "web/json/issues.hpp"
#include "web/json/rules.hpp"
#include "web/text_reader.hpp"

#include <utility>

namespace weft::detail {
namespace {

constexpr std::size_t most_errors = 32;  // as json_limits::issues

const json_type& scalar_of(const json_type& type) {
  if (type.kind == json_kind::optional) return *type.optional->item;
  return type.kind == json_kind::array ? *type.array->item : type;
}

bool is_file(const json_member& member) { return scalar_of(*member.type).kind == json_kind::none; }

}  // namespace

void field_reader::read(std::string_view name, std::string_view value) {
  const auto* member = layout_.find(name);
  if (member == nullptr) {
    if (layout_.refuses_unknown) note(name, "is not known");
    return;
  }
  if (is_file(*member)) {
    ++count_of(*member);
    judge(*member, "must be a file");
  } else if (member->type->kind == json_kind::array) {
    read_item(*member, count_of(*member)++, value);
  } else if (const auto count = ++count_of(*member); count == 1) {
    read_one(*member, value);
  } else if (count == 2) {
    judge(*member, "appears twice");
  }
}

field_reader::wanted field_reader::wants(std::string_view name) {
  const auto* member = layout_.find(name);
  if (member == nullptr) {
    if (layout_.refuses_unknown) note(name, "is not known");
    return wanted::nothing;
  }
  return is_file(*member) ? wanted::file : wanted::text;
}

std::uint64_t field_reader::most_bytes(std::string_view name) const noexcept {
  const auto& member = *layout_.find(name);
  // The size of a list is its length.
  const auto& bounds =
      member.type->kind == json_kind::array ? scalar_of(*member.type).bounds : member.bounds;
  return bounds.max_size;
}

void field_reader::read_file(std::string_view name, upload&& file) {
  const auto& member = *layout_.find(name);
  void* const place = object_ + member.offset;
  const auto count = count_of(member)++;
  if (member.type->kind == json_kind::array) {
    const auto& ops = *member.type->array;
    if (count == 0) ops.clear(place);
    *static_cast<upload*>(ops.append(place, count)) = std::move(file);
    return;
  }
  if (count == 1) judge(member, "appears twice");
  if (count != 0) return;
  judge(member, wrong_size(json_kind::none, file.size(), member.bounds));
  const bool is_optional = member.type->kind == json_kind::optional;
  *static_cast<upload*>(is_optional ? member.type->optional->emplace(place) : place) =
      std::move(file);
}

void field_reader::refuse(std::string_view name, std::string wrong) {
  const auto& member = *layout_.find(name);
  ++count_of(member);
  judge(member, std::move(wrong));
}

void field_reader::refuse_size(std::string_view name, std::uint64_t bytes) {
  refuse(name, wrong_size(json_kind::none, bytes, layout_.find(name)->bounds));
}

void field_reader::read_one(const json_member& member, std::string_view value) {
  const auto kind = scalar_of(*member.type).kind;
  if (from_.from_inputs && kind == json_kind::boolean && value == "on") value = "true";
  const bool is_left_empty = from_.from_inputs && value.empty() && kind != json_kind::string;
  const bool is_required = (layout_.required[member.mark_word] & member.mark) != 0;
  if (is_left_empty && !is_required) return;
  judge(member, read_text(value, object_ + member.offset, *member.type, member.bounds));
}

void field_reader::read_item(const json_member& member, std::uint32_t index,
                             std::string_view value) {
  const auto& ops = *member.type->array;
  void* const array = object_ + member.offset;
  if (index == 0) ops.clear(array);
  judge(member, read_text(value, ops.append(array, index), *ops.item, ops.item->bounds),
        "/" + std::to_string(index));
}

bool field_reader::finish() {
  for (std::size_t i = 0; i < layout_.members.size(); ++i) check_member(i);
  if (!layout_.checks.empty()) check_rules();
  for (auto& error : errors_) ctx_.reject(from_.status, std::move(error));
  return errors_.empty();
}

void field_reader::check_member(std::size_t index) {
  const auto& member = layout_.members[index];
  const bool is_required = (layout_.required[member.mark_word] & member.mark) != 0;
  if (member.type->kind == json_kind::array) {
    auto wrong = wrong_size(json_kind::array, counts_[index], member.bounds);
    if (!wrong.empty()) judge(member, std::move(wrong));
  } else if (is_required && counts_[index] == 0) {
    note(member.name, "is required");
  }
}

void field_reader::check_rules() {
  json_marks good = given_;
  for (std::size_t i = 0; i != good.size(); ++i) good[i] &= ~wrong_[i];
  auto broken = broken_rules(layout_, object_, good, errors_.empty(), most_errors);
  for (auto& rule : broken) note(rule.member->name, std::move(rule.message), rule.inside);
}

void field_reader::judge(const json_member& member, std::string wrong, std::string_view inside) {
  (wrong.empty() ? given_ : wrong_)[member.mark_word] |= member.mark;
  note(member.name, std::move(wrong), inside);
}

void field_reader::note(std::string_view name, std::string wrong, std::string_view inside) {
  if (wrong.empty() || errors_.size() == most_errors) return;
  std::string where;
  if (from_.in == field_error::place::body) {
    append_token(where, name);
    where += inside;
  } else {
    where = name;
  }
  errors_.push_back({from_.in, std::move(where), std::move(wrong)});
}

}  // namespace weft::detail
