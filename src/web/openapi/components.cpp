#include "web/openapi/components.hpp"

#include "web/openapi/schema.hpp"
#include "web/openapi/type_name.hpp"

#include <boost/core/demangle.hpp>

#include <string_view>

namespace weft::detail {
namespace {

std::string full_name(const component& one) { return boost::core::demangle(one.type->id->name()); }

std::string_view suffix_of(schema_use use, bool is_different) {
  if (use == schema_use::patch) return "_patch";
  return use == schema_use::read && is_different ? "_input" : "";
}

}  // namespace

const component& component_set::of(const json_type& type, schema_use use) {
  if (type.kind == json_kind::enumeration) use = schema_use::read;
  const auto [place, is_new] = found_.try_emplace({*type.id, use}, nullptr);
  if (!is_new) return *place->second;
  component& made = all_.emplace_back(component{&type, use, {}});
  place->second = &made;
  made.text = component_schema(*this, type, use);
  return made;
}

bool component_set::is_same(const component& read, const component& written,
                            const std::set<std::type_index>& different) const {
  if (read.text.text != written.text.text) return false;
  for (std::size_t i = 0; i != read.text.gaps.size(); ++i) {
    const auto& left = read.text.gaps[i];
    const auto& right = written.text.gaps[i];
    if (left.at != right.at || *left.target->type->id != *right.target->type->id) return false;
    if (left.target != right.target && different.contains(*left.target->type->id)) return false;
  }
  return true;
}

// Types may contain each other, so they are the same until something says otherwise.
void component_set::merge() {
  for (bool is_changed = true; is_changed;) {
    is_changed = false;
    for (const auto& one : all_) {
      const std::type_index id = *one.type->id;
      const auto other = found_.find({id, schema_use::write});
      if (one.use != schema_use::read || other == found_.end() || different_.contains(id)) continue;
      if (is_same(one, *other->second, different_)) continue;
      different_.insert(id);
      is_changed = true;
    }
  }
}

std::string component_set::unused(std::string name) {
  if (name.empty()) name = "type";
  std::string tried = name;
  for (int n = 2; !names_.insert(tried).second; ++n) tried = name + '_' + std::to_string(n);
  return tried;
}

void component_set::assign_names() {
  names_.insert("problem");
  merge();
  std::map<std::string, std::set<std::string>> of_short_name;
  for (const auto& one : all_)
    of_short_name[short_type_name(full_name(one))].insert(full_name(one));
  std::map<std::type_index, std::string> of_type;
  for (const auto& one : all_) {
    if (of_type.contains(*one.type->id)) continue;
    const auto name = short_type_name(full_name(one));
    const bool is_taken = of_short_name[name].size() > 1 || names_.contains(name);
    of_type[*one.type->id] = unused(is_taken ? long_type_name(full_name(one)) : name);
  }
  for (auto& one : all_) {
    const auto suffix = suffix_of(one.use, different_.contains(*one.type->id));
    one.name = of_type[*one.type->id];
    if (!suffix.empty()) one.name = unused(one.name + std::string(suffix));
  }
}

std::map<std::string, const component*> component_set::by_name() const {
  std::map<std::string, const component*> all;
  for (const auto& one : all_) all.try_emplace(one.name, &one);
  return all;
}

}  // namespace weft::detail
